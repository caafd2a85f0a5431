"""Every verb of every entity, found from the contract, with the least that each needs to be done."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import message_factory

from kit.entity.kinds import (
    Day,
    Decimals,
    Instant,
    Integer,
    Kind,
    Picklist,
    Reference,
    References,
    Text,
    Words,
)
from kit.records.methods.verbs import Verb
from kit.wire.options import Secret
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office

STANDARD = {"Get", "List", "Create", "Update", "Delete"}

Given = Mapping[str, Any]
Made = Callable[[Office], Awaitable[Any]]
Told = Callable[[Office, Any], Awaitable[Given]]


async def _nothing(office: Office, made: Any) -> Given:
    return {}


@dataclass(frozen=True)
class Doing:
    """How a verb can be done: on which record, and what it is told beside its id."""

    made: Made | None = None
    told: Told = _nothing
    shared: str = ""
    """The entity of what is shared in place of the record, where that stands for it."""


@dataclass(frozen=True)
class VerbCase:
    """One verb of one entity."""

    case: Case
    name: str

    @property
    def declared(self) -> Verb:
        found = vars(self.case.servicer)[self.name]
        assert isinstance(found, Verb), f"{self} is not declared with @verb"
        return found

    @property
    def doing(self) -> Doing:
        return DOINGS[str(self)]

    async def made(self, office: Office) -> Any:
        """A record on which the verb can be done; None for a verb over all of them."""
        if not self.declared.over_record:
            return None
        return await (self.doing.made(office) if self.doing.made else office.make(self.case))

    async def request(self, office: Office, made: Any, **more: Any) -> Any:
        """The least that the verb is told, and more."""
        told = {**await self.doing.told(office, made), **more}
        if self.declared.over_record:
            told = {"id": made.id, **told}
        return self.message(**told)

    @property
    def message(self) -> Any:
        services = self.case.message.DESCRIPTOR.file.services_by_name.values()
        (described,) = (
            method
            for each in services
            for method in each.methods
            if method.name == self.name
            and str(self.case) in f"{self.case.service}.{self._of(each)}"
        )
        return message_factory.GetMessageClass(described.input_type)

    def _of(self, service: Any) -> str:
        return str(service.methods_by_name["Get"].output_type.name)

    def ask(self, office: Office, actor: Any = None) -> Callable[..., Awaitable[Any]]:
        asked: Callable[..., Awaitable[Any]] = getattr(office.stub(self.case, actor), self.name)
        return asked

    def __str__(self) -> str:
        return f"{self.case}.{self.name}"


def _verbs() -> Iterator[VerbCase]:
    for case in CASES.values():
        for name in sorted(case.methods - STANDARD):
            yield VerbCase(case, name)


VERBS = list(_verbs())


def out_of_bounds(kind: Kind) -> Any:
    """What does not fit a kind; None where everything does."""
    for fits, value in (
        (Picklist, lambda: "no such value"),
        (Reference, lambda: "no id"),
        (References, lambda: ["no id"]),
        (Words, lambda: ["w" * 10_000]),
        (Day, lambda: "in May"),
        (Instant, lambda: "at noon"),
        (Integer, lambda: None if kind.low is None else kind.low - 1),  # type: ignore[attr-defined]  # the line says of which kind
        (Decimals, lambda: "much"),
        (Text | Secret, lambda: "x" * (kind.length + 1)),  # type: ignore[attr-defined]  # the line says of which kind
    ):
        if isinstance(kind, fits):
            return value()
    return None


def _making(entity: str, **given: Any) -> Made:
    async def made(office: Office) -> Any:
        return await office.make(CASES[entity], **given)

    return made


def _after(entity: str, *steps: str, **given: Any) -> Made:
    """A record with which other verbs have been done already."""

    async def made(office: Office) -> Any:
        record = await office.make(CASES[entity], **given)
        for step in steps:
            verb = VerbCase(CASES[entity], step)
            record = await verb.ask(office)(await verb.request(office, record))
        return record

    return made


def _saying(**told: Any) -> Told:
    async def said(office: Office, made: Any) -> Given:
        return told

    return said


async def _to_the_caller(office: Office, made: Any) -> Given:
    return {"assignee_id": str(office.actor.person_id)}


async def _another_stage(office: Office, made: Any) -> Given:
    stage = await office.make(CASES["sales.Stage"], probability="20", position=15)
    return {"stage_id": stage.id}


async def _another_tag(office: Office, made: Any) -> Given:
    return {"into_id": (await office.make(CASES["identity.Tag"])).id}


async def _a_contact(office: Office, made: Any) -> Given:
    return {"contact_ids": [(await office.make(CASES["parties.Contact"])).id]}


async def _a_colleague(office: Office, made: Any) -> Given:
    return {"person_id": str(office.colleague.person_id)}


async def _room_of_two(office: Office) -> Any:
    verb = VerbCase(CASES["chat.Room"], "Direct")
    return await verb.ask(office)(await verb.request(office, None))


_ACTIVITY, _TICKET, _DEAL = "scheduling.Activity", "helpdesk.Ticket", "sales.Opportunity"

UNDECLARED: dict[str, str] = {}
"""Verbs that are not declared, each with its reason."""

DOINGS: dict[str, Doing] = {
    "campaigns.Campaign.AddMembers": Doing(told=_a_contact),
    "campaigns.Member.SetState": Doing(told=_saying(state="Confirmed")),
    "chat.Room.Direct": Doing(told=_a_colleague),
    "chat.Room.MarkRead": Doing(made=_room_of_two),
    "chat.Room.Unread": Doing(),
    f"{_TICKET}.Assign": Doing(told=_to_the_caller),
    f"{_TICKET}.Close": Doing(made=_after(_TICKET, "Resolve")),
    f"{_TICKET}.Reopen": Doing(made=_after(_TICKET, "Resolve"), told=_saying(reason="Again.")),
    f"{_TICKET}.Resolve": Doing(told=_saying(resolution="Done.")),
    "identity.Client.RotateSecret": Doing(),
    "identity.ExchangeRate.AsOf": Doing(),
    "identity.ExchangeRate.TakeIn": Doing(told=_saying(csv="Date,USD\n2026-01-02,1.1")),
    "identity.Tag.Merge": Doing(told=_another_tag),
    "identity.HandOver.TakeBack": Doing(),
    "identity.Person.Activate": Doing(made=_after("identity.Person", "Deactivate")),
    "identity.Person.Deactivate": Doing(),
    "identity.Person.SetPassword": Doing(told=_saying(password="correct horse battery staple")),
    "parties.Lead.Convert": Doing(
        made=_making("parties.Lead", status="qualified"), told=_saying(create_opportunity=False)
    ),
    "parties.Lead.UndoConversion": Doing(
        made=_after("parties.Lead", "Convert", status="qualified"), shared="parties.Conversion"
    ),
    f"{_DEAL}.Forecast": Doing(),
    f"{_DEAL}.Lose": Doing(told=_saying(reason="Too dear.")),
    f"{_DEAL}.MoveStage": Doing(told=_another_stage),
    f"{_DEAL}.Reopen": Doing(made=_after(_DEAL, "Lose")),
    f"{_DEAL}.StageLog": Doing(),
    f"{_DEAL}.Win": Doing(told=_saying(amount="100")),
    f"{_ACTIVITY}.Cancel": Doing(),
    f"{_ACTIVITY}.Complete": Doing(),
    "scheduling.Booking.Cancel": Doing(),
    "scheduling.Resource.Availability": Doing(
        told=_saying(starts_at="2031-05-01T09:00:00Z", ends_at="2031-05-02T09:00:00Z")
    ),
}
