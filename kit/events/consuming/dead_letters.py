"""Dead letters: events that a handler could not take, kept until a person decides.

Those about a record that is erased go with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.errors import NotFound, Refused
from kit.events.consuming.inbox import note
from kit.events.consuming.listeners import EventInfo, Listener, OpenWork
from kit.events.tables import dead_letter
from kit.ids import uuid7
from kit.telemetry import metrics

_LONGEST_ERROR = 4000

FORGET = delete(dead_letter).where(
    dead_letter.c.headers["ce-subject"].astext == any_(bindparam("records", type_=ARRAY(Text)))
)
"""Throws away the letters that tell of `records`, by the ids as texts."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An event with the consumer that failed on it, and how."""

    id: UUID
    consumer: str
    event_id: UUID
    subject: str
    body: bytes
    headers: dict[str, str]
    error: str
    tries: int
    first_failed_at: datetime | None = None
    parked_at: datetime | None = None
    replayed_at: datetime | None = None
    replay_asked_at: datetime | None = None

    @classmethod
    def of(
        cls,
        consumer: str,
        info: EventInfo,
        body: bytes,
        headers: Mapping[str, str],
        error: Exception,
    ) -> Self:
        said = _said(error)
        return cls(uuid7(), consumer, info.id, info.subject, body, dict(headers), said, info.tries)


async def park(transaction: Transaction, letter: Letter) -> None:
    """Keep a letter; the same event parked again renews the one that lies there."""
    values = {
        name: getattr(letter, name)
        for name in ("id", "consumer", "event_id", "subject", "body", "headers", "error", "tries")
    }
    statement = insert(dead_letter).values(values)
    renewed = {
        "error": statement.excluded.error,
        "tries": statement.excluded.tries,
        "parked_at": func.now(),
        "replayed_at": None,
        "replay_asked_at": None,
    }
    await transaction.count(
        statement.on_conflict_do_update(index_elements=["consumer", "event_id"], set_=renewed)
    )


async def waiting(transaction: Transaction, consumer: str = "", limit: int = 100) -> list[Letter]:
    """List the letters that wait for a decision, oldest first."""
    query = select(dead_letter).where(dead_letter.c.replayed_at.is_(None))
    if consumer:
        query = query.where(dead_letter.c.consumer == consumer)
    found = await transaction.rows(query.order_by(dead_letter.c.parked_at).limit(limit))
    return [_letter(row) for row in found]


async def find(transaction: Transaction, letter_id: UUID) -> Letter:
    """Read one letter."""
    row = await transaction.row(select(dead_letter).where(dead_letter.c.id == letter_id))
    if row is None:
        raise NotFound("There is no such dead letter.")
    return _letter(row)


async def ask_for_replay(transaction: Transaction, letter_id: UUID) -> None:
    """Have a letter handled by whichever process has its handler."""
    waits = (dead_letter.c.id == letter_id) & dead_letter.c.replayed_at.is_(None)
    asked = update(dead_letter).where(waits).values(replay_asked_at=func.now())
    if not await transaction.count(asked):
        raise NotFound("No such dead letter waits.")


# Asked every few seconds, so these are built once.
_WAITING = (
    select(dead_letter.c.consumer, func.count())
    .where(dead_letter.c.replayed_at.is_(None))
    .group_by(dead_letter.c.consumer)
)
_ASKED_FOR = (
    select(dead_letter.c.id)
    .where(dead_letter.c.replay_asked_at.is_not(None), dead_letter.c.replayed_at.is_(None))
    .order_by(dead_letter.c.parked_at)
)


async def asked_for(database: Database) -> list[UUID]:
    """The letters to be handled now, oldest first."""
    return [row.id for row in await database.rows(_ASKED_FOR)]


async def failed_again(transaction: Transaction, letter_id: UUID, error: Exception) -> None:
    """Note that a replay came to nothing; the letter waits for the next decision."""
    noted = {"error": _said(error), "tries": dead_letter.c.tries + 1, "replay_asked_at": None}
    await transaction.count(update(dead_letter).where(dead_letter.c.id == letter_id).values(noted))


async def replay(letter: Letter, listener: Listener[Any], open_work: OpenWork) -> None:
    """Handle a parked event now; its effects and the letter's end are one transaction."""
    try:
        info = EventInfo.read(letter.subject, letter.headers, letter.tries + 1)
    except (KeyError, ValueError) as wrong:
        raise Refused("Its headers do not say which event this is; discard the letter.") from wrong
    event = listener.message.FromString(letter.body)
    async with open_work(letter.consumer, info) as work:
        await _settle(work.transaction, letter)
        if await note(work.transaction, letter.consumer, letter.event_id):
            await listener.handle(event, work)


async def _settle(transaction: Transaction, letter: Letter) -> None:
    unsettled = (dead_letter.c.id == letter.id) & dead_letter.c.replayed_at.is_(None)
    settled = update(dead_letter).where(unsettled).values(replayed_at=func.now())
    if not await transaction.count(settled):
        raise Refused("This dead letter was replayed or discarded already.")


async def discard(transaction: Transaction, letter_id: UUID) -> None:
    """Throw a letter away: its event will never be handled."""
    if not await transaction.count(delete(dead_letter).where(dead_letter.c.id == letter_id)):
        raise NotFound("There is no such dead letter.")


async def count(transaction: Transaction, consumers: Iterable[str]) -> None:
    """Refresh the gauge of waiting letters, down to nought as well."""
    found = await transaction.rows(_WAITING)
    numbers = {consumer: int(number) for consumer, number in found}
    for consumer in consumers:
        metrics.DEAD_LETTERS.labels(consumer).set(numbers.get(consumer, 0))


def _said(error: Exception) -> str:
    return f"{type(error).__qualname__}: {error}"[:_LONGEST_ERROR]


def _letter(row: Any) -> Letter:
    return Letter(**row._asdict())
