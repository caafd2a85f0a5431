"""Telling followers: each line of history of a followed record once, to those who may see what changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kit.access.clause import standing
from kit.actor import Actor
from kit.beside.follow.tables import followed_change, follower
from kit.database.transaction import Transaction
from kit.entity import Record
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.notices.giving import Reasons, notice, sees
from kit.notices.kinds import FOLLOWED
from kit.records.process import Process
from kit.records.tables import history
from kit.records.write.history import MERGED, MERGED_INTO

_AT_ONCE = 100
_TOLD = ("created", "updated", "restored", "merged", "unmerged")
_NEXT = (
    select(followed_change.c.seq)
    .order_by(followed_change.c.seq)
    .limit(_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    delete(followed_change).where(followed_change.c.seq.in_(_NEXT)).returning(followed_change.c.seq)
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What is asked of a record before anybody is told of it."""

    keys: Sequence[int]
    inherited: Sequence[int]
    people: Sequence[UUID]


async def tell_followers(process: Process) -> None:
    """Says by events who is to be told of the changes that wait; replicas share them."""
    taken = _AT_ONCE
    while taken == _AT_ONCE:
        async with process.database.transaction() as transaction:
            changes = await _take(transaction)
            taken = len(changes)
            events = [each async for each in _events(process, transaction, changes)]
            if events:
                await transaction.count(insert_statement, **rows(events, service=process.name))
        if events:
            process.poke()


async def _take(transaction: Transaction) -> Sequence[Any]:
    """Some lines of history, oldest first, of which nobody else tells now."""
    if not (taken := await transaction.values(_TAKE)):
        return ()
    lines = select(history).where(history.c.seq.in_(taken)).order_by(history.c.seq)
    return await transaction.rows(lines)


async def _events(process: Process, transaction: Transaction, changes: Sequence[Any]) -> Any:
    entities = process.entities
    for name in sorted({each.entity for each in changes} & entities.keys()):
        of_one = [each for each in changes if each.entity == name]
        held = await _rows(transaction, entities[name], {each.record_id for each in of_one})
        for change in of_one:
            for event in _told(process, entities[name], change, held):
                yield event


async def _rows(
    transaction: Transaction, record: type[Record], ids: set[UUID]
) -> Mapping[UUID, _Row]:
    """The records that still stand, with their followers."""
    table = record.__table__
    people: dict[UUID, list[UUID]] = {}
    following = select(follower).where(follower.c.record_id.in_(ids))
    for each in await transaction.rows(following):
        people.setdefault(each.record_id, []).append(each.person_id)
    found = select(table.c.id, table.c["keys"], table.c.inherited)
    standing_ones = await transaction.rows(found.where(table.c.id.in_(people), standing(table)))
    return {row[0]: _Row(row[1], row[2], people[row[0]]) for row in standing_ones}


def _told(
    process: Process, record: type[Record], change: Any, held: Mapping[UUID, _Row]
) -> Iterator[Announcement]:
    row = held.get(change.record_id)
    if row is None or change.what not in _TOLD:
        return
    fields = sorted(set(change.changes) - {MERGED, MERGED_INTO})
    reasons = _reasons(process, record, change, row, fields)
    if reasons:
        yield notice(
            process.name,
            reasons,
            id=f"{change.record_id}:{change.version}",
            entity=change.entity,
            record_id=str(change.record_id),
            actor=change.actor,
            what=change.what,
            fields=fields,
        )


def _reasons(
    process: Process, record: type[Record], change: Any, row: _Row, fields: Sequence[str]
) -> Reasons:
    """The followers who may see the record and something of what changed, whoever did it apart."""
    return {
        person: FOLLOWED
        for person in row.people
        if str(person) != change.actor
        and sees(process.policy, record, row, person)
        and _sees_some(process, record, person, change.what, fields)
    }


def _sees_some(
    process: Process, record: type[Record], person: UUID, what: str, fields: Sequence[str]
) -> bool:
    permit = process.policy.permit(Actor.person(person), record)
    return what != "updated" or any(map(permit.sees, fields))
