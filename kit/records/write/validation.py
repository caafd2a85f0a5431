"""What every record has to satisfy before its own rules are asked: field by field, then as a whole."""

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from kit.entity import Choice, Record, Steps, Tagged
from kit.entity.amounts import wrong_amounts
from kit.entity.record import STAMPS
from kit.entity.tracking import is_stored, was
from kit.errors import Invalid
from kit.records.write.assignees import names_people, wrong_people
from kit.records.write.size_limit import require_weight
from kit.text.english import one

if TYPE_CHECKING:
    from kit.records.write.work import Work


def check_ready(work: "Work", record: Record, names: Collection[str] | None = None) -> None:
    """Checks ahead of the flush, so that of many records the one at fault is known."""
    refuse_emptied(record)
    choose_tags(work, record)
    record.prepare(work.actor)
    check_record(work, record, record.fields if names is None else names)


def check_record(work: "Work", record: Record, names: Collection[str]) -> None:
    judged = _judged(type(record))
    wrong = {
        name: text for name in names if name in judged and (text := _wrong(work, record, name))
    }
    wrong |= dict(wrong_amounts(record, names))
    if wrong:
        raise Invalid("", wrong)
    require_weight(record)
    record.check()


def refuse_emptied(record: Record) -> None:
    """What began with a value and was emptied is told before a rule stumbles over it."""
    wrong = {
        name: f"{record.fields[name].said.label}: fill this in."
        for name in _never_empty(type(record))
        if getattr(record, name) is None
    }
    if wrong:
        raise Invalid("", wrong)


def choose_tags(work: "Work", record: Record) -> None:
    """Makes tags of the words by which they are named; those that a record had, it may keep.

    The system's own work says them as they are stored, and goes on with one that is retired by now.
    """
    if not isinstance(record, Tagged) or work.actor.is_system:
        return
    before = was(record, "tags") or ()
    if record.tags and record.tags != before:
        known = work.process.policy.organisation.tags
        try:
            record.tags = known.chosen(record.entity, record.tags, before)
        except ValueError as wrong:
            raise Invalid(tags=str(wrong)) from wrong


@cache
def _never_empty(kind: type[Record]) -> tuple[str, ...]:
    return tuple(
        name
        for name, known in kind.fields.items()
        if known.required and known.said.initial is not None and name not in STAMPS
    )


@cache
def _judged(kind: type[Record]) -> frozenset[str]:
    """The fields of which something can be wrong beyond what their kind reads."""
    return frozenset(
        name
        for name, known in kind.fields.items()
        if (known.required and name not in STAMPS)
        or isinstance(known.said.kind, Choice | Steps)
        or names_people(known)
    )


def _wrong(work: "Work", record: Record, name: str) -> str:
    known, value = record.fields[name], getattr(record, name)
    if value is None:
        return f"{known.said.label}: fill this in." if known.required and name not in STAMPS else ""
    if isinstance(known.said.kind, Choice):
        begins = not is_stored(record) and value == record.initial.get(name)
        return work.process.choices.wrong(known.said.kind.list, value, begins=begins)
    if isinstance(known.said.kind, Steps):
        before = _before(record, name)
        return known.said.kind.wrong(one(record.label), before, value, work.verb) if before else ""
    return wrong_people(work, record, name) if names_people(known) else ""


def _before(record: Record, name: str) -> Any:
    """What a row of the database holds while the record already says something else."""
    before = was(record, name)
    return None if before == getattr(record, name) else before
