"""The event by which a service says who is to be told of something, in the transaction that caused it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crm.v1 import notices_pb2 as pb

from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Governs, Level, Record
from kit.events.publishing.outbox import Announcement
from kit.notices.kinds import ASSIGNED, COMPLETED, KINDS, SHARED, Kind

if TYPE_CHECKING:
    from kit.records.write.history import Change
    from kit.records.write.work import Work

_FEW = 10

Given = Collection[tuple[UUID, str]]
"""People, each with the field that names them."""

Reasons = Mapping[UUID, Kind]
"""Whom to tell, and why."""


def subject(service: str) -> str:
    """Under which a service says who is to be told."""
    return f"crm.{service}.notice.given"


def notice(service: str, reasons: Reasons, **said: Any) -> Announcement:
    """One event for one thing that happened, whoever is told of it."""
    message = pb.NoticeGiven(
        at=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        addressees=[
            pb.Addressee(person_id=str(person), kind=kind.name) for person, kind in reasons.items()
        ],
        **said,
    )
    return Announcement.under(subject(service), message)


def completed(service: str, person: UUID, row: Any, work: str, name: str) -> Announcement:
    """Work in the background has ended, as the row of its job says, and whoever began it is told."""
    return notice(
        service,
        {person: COMPLETED},
        id=str(row.id),
        entity=row.entity,
        what=row.state,
        work=work,
        work_id=f"{service}.{row.id}",
        work_name=name,
    )


def weightiest(told: Iterable[tuple[UUID, Kind]]) -> Reasons:
    """Each person once, for the first of the reasons that there are."""
    order = list(KINDS.values())
    return dict(sorted(told, key=lambda each: -order.index(each[1])))


def sees(policy: Policy, kind: type[Record], row: Any, person_id: UUID) -> bool:
    """Whether somebody who works here may see a row of an entity, which holds its keys."""
    reach = policy.permit(Actor.person(person_id), kind).reach(Level.READ)
    here = not policy.organisation.has_left(person_id)
    return here and reach.meets(row.keys, row.inherited)


def assigned(work: "Work", changes: Sequence["Change"]) -> Iterator[Announcement]:
    """Who was given records, or work on them, by somebody else who did so to a few in a call.

    What is done to many, or in the background, tells of its end and not of each.
    """
    if len(changes) > _FEW or not work.call.method:
        return
    for change in changes:
        given = _given(change, work.actor.person_id)
        if given and _is_worked_on(type(change.record)):
            yield from _assigned(work, change, given)


def _assigned(work: "Work", change: "Change", given: Given) -> Iterator[Announcement]:
    policy, record = work.process.policy, change.record
    told = {person: ASSIGNED for person, name in given if _may_know(policy, record, person, name)}
    if told:
        yield notice(
            work.process.name,
            told,
            id=f"{record.id}:{record.version}",
            entity=record.entity,
            record_id=str(record.id),
            actor=work.actor.name,
            what=change.what,
            fields=sorted({name for _, name in given}),
        )


def shared(work: "Work", changes: Sequence["Change"], access: str) -> Iterator[Announcement]:
    """Who was given access to a record by hand, by somebody else; `access` is where a change says it."""
    for change in changes:
        record, policy = change.record, work.process.policy
        people = _let_in(*change.said.get(access, ((), ()))) - {work.actor.person_id}
        told = [each for each in sorted(people) if sees(policy, type(record), record, each)]
        if told and _is_worked_on(type(record)):
            yield notice(
                work.process.name,
                dict.fromkeys(told, SHARED),
                id=f"{record.id}:{record.version}",
                entity=record.entity,
                record_id=str(record.id),
                actor=work.actor.name,
                what=change.what,
            )


def _let_in(before: Iterable[str], after: Iterable[str]) -> set[UUID]:
    """The people who have access by hand now and had none before, as history names them."""
    was, now = ({tuple(each.split(":")[:2]) for each in side} for side in (before, after))
    return {UUID(id) for kind, id in now - was if kind == "person"}


def _given(change: "Change", actor: UUID | None) -> Given:
    """Whom the fields name now who did not stand there before, the one who did it apart."""
    record, found = change.record, list[tuple[UUID, str]]()
    if change.what not in ("created", "updated", "merged", "unmerged"):
        return found
    for name in record.assigned_by:
        if name in change.changed:
            before = (actor, *_people(change.before.get(name)))
            named = _people(getattr(record, name))
            found += [(person, name) for person in named if person not in before]
    return found


def _people(value: Any) -> Sequence[UUID]:
    """One, several or nobody."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _is_worked_on(kind: type[Record]) -> bool:
    """What sets the organisation up is given to nobody to work on, nor is talk, nor a log."""
    return kind.governed_by == Governs.RECORDS and not (kind.confidential or kind.a_log)


def _may_know(policy: Policy, record: Any, person_id: UUID, name: str) -> bool:
    permit = policy.permit(Actor.person(person_id), type(record))
    return permit.sees(name) and sees(policy, type(record), record, person_id)
