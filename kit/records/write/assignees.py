"""Whom a record is given to, or names: somebody who works here. Who has left keeps what is there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kit.entity import Field, Record
from kit.entity.kinds import Reference, References
from kit.entity.tracking import was

if TYPE_CHECKING:
    from kit.records.write.work import Work

_PERSON = "identity.Person"


def names_people(known: Field) -> bool:
    """Whether a field holds one person or several."""
    kind = known.said.kind
    return isinstance(kind, Reference | References) and kind.target == _PERSON


def wrong_people(work: "Work", record: Record, name: str) -> str:
    """What is wrong with those whom the field names from now on; the system hands nothing out.

    What is given back goes to whom it was taken from, be it that he has left since.
    """
    organisation = work.process.policy.organisation
    if not organisation.people:
        return ""
    takes_all = work.actor.is_system or work.gives_back or _may_be_former(record.fields[name])
    for each in _added(record, name):
        if each not in organisation.people:
            return "There is no such person."
        if organisation.has_left(each) and not takes_all:
            return f"{organisation.people[each].name} is inactive; choose somebody else."
    return ""


def _may_be_former(known: Field) -> bool:
    return isinstance(known.said.kind, Reference) and known.said.kind.former


def _added(record: Record, name: str) -> Iterable[UUID]:
    before = _people(was(record, name))
    return [each for each in _people(getattr(record, name)) if each not in before]


def _people(value: Any) -> list[UUID]:
    """One or several."""
    return [each for each in (value if isinstance(value, list) else [value]) if each is not None]
