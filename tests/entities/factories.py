"""The least that a record of each entity needs, drawn from its declaration; exceptions by name."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kit.entity import Field, Parts, Picklist
from kit.entity.kinds import (
    Choice,
    Day,
    Decimals,
    Email,
    Instant,
    Integer,
    Kind,
    Phone,
    Reference,
    Text,
    Url,
)
from kit.ids import uuid7
from services.parties.model.addresses import Country
from tests.entities.cases import CASES, Case

_MORE: dict[str, tuple[str, ...]] = {
    "chat.Room": ("name",),
    "identity.Person": ("name",),
    "parties.Contact": ("last_name",),
    "parties.Lead": ("last_name",),
    "sales.Opportunity": ("name",),
}
"""Fields that the rules want although the declaration leaves them open."""

_days = itertools.count()


class Office:
    """Where one person makes records of every entity."""

    def __init__(self, servings: dict[str, Any], actor: Any, colleague: Any) -> None:
        self.servings, self.actor, self.colleague = servings, actor, colleague

    def stub(self, case: Case, actor: Any = None, *, json: bool = False) -> Any:
        return self.servings[case.service].stub(case.stub, actor or self.actor, json=json)

    async def make(self, case: Case, **given: Any) -> Any:
        """A record that holds what it must and what is given."""
        return await self.stub(case).Create(await self.message(case, **given))

    async def message(self, case: Case, **given: Any) -> Any:
        values = {**await self._exceptional(case), **given}
        for name in (*case.shape.names, *_MORE.get(str(case), ())):
            if name not in values and self._is_wanted(case, name):
                values[name] = await self._value(case, case.record.fields[name])
        return case.message(**values)

    def _is_wanted(self, case: Case, name: str) -> bool:
        known = case.record.fields[name]
        needed = known.required and known.said.creatable and known.said.initial is None
        return needed or name in _MORE.get(str(case), ())

    async def _value(self, case: Case, known: Field) -> Any:
        kind = known.said.kind
        if isinstance(kind, Reference):
            return await self._referred(kind)
        if isinstance(kind, Choice):
            return self.servings[case.service].process.choices.options(kind.list)[0].value
        return plain_value(kind)

    async def part(self, kind: Parts) -> dict[str, Any]:
        """What can be said of a part, each column filled."""
        columns = (column for column in kind.row.columns if not column.follows)
        return {
            each.name: await self._referred(each.kind)
            if isinstance(each.kind, Reference)
            else plain_value(each.kind)
            for each in columns
        }

    async def _referred(self, kind: Reference) -> str:
        if kind.target == "identity.Person":
            return str(self.actor.person_id)
        return str((await self.make(CASES[kind.target])).id)

    async def _exceptional(self, case: Case) -> dict[str, Any]:
        return await _EXCEPTIONS[str(case)](self) if str(case) in _EXCEPTIONS else {}


def plain_value(kind: Kind) -> Any:
    """A value that fits a kind and that no other record has, where that can be."""
    word = uuid7().hex
    for fits, value in (
        (Picklist, lambda: kind.options[0]),
        (Email, lambda: f"{word}@example.com"),
        (Phone, lambda: f"+4021{int(word, 16) % 10**7:07d}"),
        (Url, lambda: f"https://example.com/{word}"),
        (Integer, lambda: getattr(kind, "low", None) or 1),
        (Decimals, lambda: "7"),
        (Day, lambda: "2026-03-04"),
        (Instant, lambda: "2026-03-04T05:06:07Z"),
        (Country, lambda: "RO"),
        (Text, lambda: f"w{word}"[-getattr(kind, "length", 40) :]),
    ):
        if isinstance(kind, fits):
            return value()
    return None


async def _booking(office: Office) -> dict[str, Any]:
    """Each on a resource of its own, tomorrow."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    resource = await office.make(CASES["scheduling.Resource"])
    ends = start + timedelta(hours=1)
    return {
        "resource_id": resource.id,
        "starts_at": start.isoformat(),
        "ends_at": ends.isoformat(),
    }


async def _sharing_rule(office: Office) -> dict[str, Any]:
    first, second = [await office.make(CASES["identity.Role"]) for _ in range(2)]
    return {
        "entity_name": "sales.Opportunity",
        "source_kind": "role",
        "source_id": first.id,
        "target_kind": "role",
        "target_id": second.id,
    }


async def _custom_field(office: Office) -> dict[str, Any]:
    chosen = {"kind": "choice", "list_name": "parties.account.industry"}
    return {"entity_name": "sales.Stage", "key": f"k{uuid7().hex}", **chosen}


async def _duplicate_rule(office: Office) -> dict[str, Any]:
    return {"entity_name": "sales.Product", "field_names": ["code"], "active": False}


async def _of_some_entity(office: Office) -> dict[str, Any]:
    return {"entity_name": f"sales.Thing{_letters()}"}


async def _import_mapping(office: Office) -> dict[str, Any]:
    return {**await _of_some_entity(office), "columns": [{"column": "Name", "becomes": "name"}]}


def _letters() -> str:
    """A word without digits that nobody else uses."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid7().hex)


async def _rate(office: Office) -> dict[str, Any]:
    """On a day of which nobody else keeps one."""
    return {"currency": "USD", "day": str(date(1900, 1, 1) + timedelta(days=next(_days)))}


async def _hand_over(office: Office) -> dict[str, Any]:
    """Of what nobody has, since a log is nobody's: nothing changes hands while others work."""
    to = {"entity": "sales.StageChange", "successor_id": str(office.colleague.person_id)}
    return {"person_id": str(office.actor.person_id), "successions": [to]}


async def _client(office: Office) -> dict[str, Any]:
    """For people, whom identity knows without their being told here."""
    return {"grant_types": ["authorization_code"], "redirect_uris": ["https://example.com/back"]}


async def _stage(office: Office) -> dict[str, Any]:
    return {"probability": "10"}


async def _member(office: Office) -> dict[str, Any]:
    return {"contact_id": (await office.make(CASES["parties.Contact"])).id}


_EXCEPTIONS = {
    "scheduling.Booking": _booking,
    "identity.SharingRule": _sharing_rule,
    "identity.AccessDefault": _of_some_entity,
    "identity.DefaultView": _of_some_entity,
    "identity.SavedView": _of_some_entity,
    "identity.ImportMapping": _import_mapping,
    "identity.Report": _of_some_entity,
    "identity.ExchangeRate": _rate,
    "identity.CustomField": _custom_field,
    "identity.HandOver": _hand_over,
    "identity.DuplicateRule": _duplicate_rule,
    "campaigns.Member": _member,
    "identity.Client": _client,
    "sales.Stage": _stage,
}
