"""The tag cloud: how often each tag stands on what one may see, leading to the lists behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from urllib.parse import quote

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.pages import TheVisit, pages

router = pages()

LARGEST = 5
"""Sizes of the cloud; how often a tag is used is said beside it as well."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One tag of the cloud: its size from 1 to 5, and the list to which it leads."""

    tag: str
    name: str
    tone: str
    count: int
    size: int
    href: str


@router.get("/tag-cloud")
async def show_cloud(visit: TheVisit) -> Response:
    """The cloud over everything, or over the records of one kind."""
    labelled = [each for each in visit.catalog if each.may("view") and _has_tags(each)]
    chosen = next((each for each in labelled if each.slug == visit.asked("of")), None)
    cloud = await visit.api.tag_cloud(chosen.slug if chosen else "")
    items, tag = cloud["items"], visit.asked("tag")
    opened = next((each for each in items if each["tag"] == tag), None) if not chosen else None
    return visit.page(
        "tags/cloud.html",
        area="tags",
        labelled=labelled,
        chosen=chosen,
        sections=_by_category(items, _weigh(items, chosen)),
        opened=opened,
        lists=_lists(visit, opened) if opened else [],
        capped=cloud["capped"],
        stopped=cloud.get("stopped", []),
        kept=_kept(labelled, visit),
    )


def _has_tags(entity: Entity) -> bool:
    return any(field.kind == "tags" for field in entity.fields)


def _kept(labelled: Iterable[Entity], visit: Visit) -> Entity | None:
    """Where tags are kept, for those who look after them."""
    targets = (field.target for each in labelled for field in each.fields if field.kind == "tags")
    found = visit.catalog.by_name(next(targets, ""))
    return found if found and found.may("view") else None


def _weigh(items: Sequence[Json], chosen: Entity | None) -> list[Weighed]:
    """Sizes by the logarithm: ten times as many are two steps larger, whatever the numbers are."""
    most = max((each["count"] for each in items), default=1)
    return [
        Weighed(
            each["tag"],
            each["name"],
            each["tone"],
            each["count"],
            1 + round((LARGEST - 1) * log(each["count"] + 1) / log(most + 1)),
            list_of(chosen, each["tag"])
            if chosen
            else f"/tag-cloud?tag={quote(each['tag'])}#lists",
        )
        for each in items
    ]


def list_of(entity: Entity, tag: str) -> str:
    """The list of those that have a tag."""
    asked = f'tags:"{tag}"'
    return f"/{entity.slug}?filter={quote(asked)}"


def _by_category(items: Sequence[Json], weighed: Sequence[Weighed]) -> dict[str, list[Weighed]]:
    """The tags by category, those of none last; within one by name, so that each keeps its place."""
    found: dict[str, list[Weighed]] = {}
    for item, each in zip(items, weighed, strict=True):
        found.setdefault(item["category"], []).append(each)
    ordered = sorted(found.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
    return {name: sorted(inside, key=lambda each: each.name.casefold()) for name, inside in ordered}


def _lists(visit: Visit, opened: Json) -> list[tuple[str, int, str]]:
    """The lists in which a tag is found, with how many records each has."""
    found = ((visit.catalog.by_name(name), count) for name, count in opened["entities"].items())
    return [
        (entity.plural, count, list_of(entity, opened["tag"])) for entity, count in found if entity
    ]
