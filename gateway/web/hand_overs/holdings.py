"""What a person has, as the pages show it: how many of each kind of record, with links to those in sight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.visits import Visit
from gateway.web.words import _

DECISION = "identity.HandOver"


@dataclass(frozen=True, slots=True)
class Holding:
    """The records of one entity that a person has."""

    entity: str
    label: str
    open: int
    ended: int
    out_of_sight: bool
    href: str
    successor: Field
    """Who takes these over, where it is not whoever takes the rest."""

    @property
    def key(self) -> str:
        """Its name in a form."""
        return self.entity.replace(".", "_")


def decisions_of(visit: Visit) -> Entity | None:
    """The entity of the decisions, for those who may make one."""
    found = visit.catalog.by_name(DECISION)
    return found if found is not None and found.may("create") else None


async def holdings_of(
    visit: Visit, decisions: Entity, person_id: str, successor_id: str = ""
) -> tuple[list[Holding], Sequence[str]]:
    """The largest first, and the services that do not answer."""
    asked = {"successor_id": successor_id} if successor_id else {}
    told = await visit.api.holdings(person_id, asked)
    successor = decisions.field("successor_id")
    assert successor is not None  # noqa: S101 - whoever makes decisions sees all of one
    found = [_holding(visit, each, person_id, successor) for each in told["items"]]
    found.sort(key=lambda each: (-each.open - each.ended, each.label))
    return found, told["stopped"]


def _holding(visit: Visit, told: Json, person_id: str, successor: Field) -> Holding:
    entity = visit.catalog.visible(told["entity"])
    label = entity.plural if entity else told["entity"]
    name = f"to_{told['entity'].replace('.', '_')}"
    own = replace(successor, name=name, label=_("Successor for %(plural)s", plural=label), help="")
    return Holding(
        entity=told["entity"],
        label=label,
        open=told.get("open", 0),
        ended=told.get("ended", 0),
        out_of_sight=told.get("out_of_sight", False),
        href=_address(entity, told.get("fields", ()), person_id) if entity else "",
        successor=replace(own, required=False),
    )


def _address(entity: Entity, names: Sequence[str], person_id: str) -> str:
    """The list of those that are in sight."""
    said = " OR ".join(_conditions(entity, names, person_id))
    return f"/{entity.slug}?{urlencode({'view': 'all', 'filter': said})}" if said else ""


def _conditions(entity: Entity, names: Sequence[str], person_id: str) -> Iterator[str]:
    for name in names:
        if field := entity.field(name):
            sign = ":" if field.kind == "references" else " = "
            yield f'{name}{sign}"{person_id}"'
