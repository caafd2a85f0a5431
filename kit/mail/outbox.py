"""The letters of one service: written down, taken up under a lease, and settled."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from kit.database.engine import Database
from kit.ids import uuid7
from kit.mail.letters import Letter, is_reachable, message_of
from kit.mail.tables import GIVEN_UP, SENT, WAITING, letter
from kit.records.write.work import Work
from kit.telemetry import metrics
from kit.telemetry.logs import log

DELAYS = (60, 300, 900, 3_600, 10_800, 21_600, 43_200)
"""Seconds until a letter is tried again; after the last of them, about a day on, it is given up."""

AT_ONCE = 20
_LEASE = text("now() + interval '5 minutes'")
_KEPT_DAYS = 30
_FREE = (
    select(letter.c.id)
    .where(letter.c.state == WAITING, letter.c.due_at <= func.now())
    .order_by(letter.c.due_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(letter)
    .where(letter.c.id.in_(_FREE))
    .values(due_at=_LEASE, tries=letter.c.tries + 1)
    .returning(letter)
)
_COUNT = select(letter.c.state, func.count()).where(letter.c.state != SENT).group_by(letter.c.state)


async def write(work: Work, said: Letter) -> None:
    """Writes a letter down with what caused it; without a mail server there are no letters."""
    settings: Any = work.process.settings
    if not settings.smtp_host:
        return
    if not is_reachable(said.address):
        log.warning("mail.no_address", kind=said.kind)
        return
    id_, now = uuid7(), datetime.now(UTC)
    values = {
        "id": id_,
        "kind": said.kind,
        "recipient": said.address,
        "subject": said.subject,
        "message": message_of(said, id_, settings.mail_from, now),
        "state": WAITING,
        "tries": 0,
        "due_at": now,
        "error": "",
        "created_at": now,
        "sent_at": None,
    }
    await work.run(letter.insert().values(values))


async def take(database: Database) -> Sequence[Any]:
    """Some letters that are due, leased: whoever dies over them leaves them to the next."""
    async with database.transaction() as transaction:
        rows: Sequence[Any] = await transaction.rows(_TAKE)
        return rows


async def sent(database: Database, row: Any) -> None:
    """A mail server has taken the letter."""
    await _settle(database, row, "sent", state=SENT, sent_at=func.now(), error="")


async def failed(database: Database, row: Any, error: str, *, for_good: bool = False) -> None:
    """It was not taken: it is tried again later, or given up for somebody to look at."""
    if for_good or row.tries > len(DELAYS):
        await _settle(database, row, "given_up", state=GIVEN_UP, error=error)
        return
    again = datetime.now(UTC) + timedelta(seconds=DELAYS[row.tries - 1])
    await _settle(database, row, "retry", due_at=again, error=error)


async def _settle(database: Database, row: Any, outcome: str, **values: Any) -> None:
    """One whose lease ran out may have been sent by another meanwhile, and stays sent."""
    waiting = update(letter).where(letter.c.id == row.id, letter.c.state == WAITING)
    async with database.transaction() as transaction:
        await transaction.count(waiting.values(**values))
    metrics.MAIL_LETTERS.labels(row.kind, outcome).inc()


async def count(database: Database) -> None:
    """Says by the metrics how many wait, and how many were given up."""
    found = {row[0]: row[1] for row in await database.rows(_COUNT)}
    metrics.MAIL_WAITING.set(found.get(WAITING, 0))
    metrics.MAIL_GIVEN_UP.set(found.get(GIVEN_UP, 0))


async def forget_sent(database: Database) -> None:
    """Letters are kept for a month; those that were given up until somebody decides."""
    oldest = datetime.now(UTC) - timedelta(days=_KEPT_DAYS)
    async with database.transaction() as transaction:
        await transaction.count(
            delete(letter).where(letter.c.state == SENT, letter.c.due_at < oldest)
        )


async def unsent(database: Database) -> Sequence[Any]:
    """What waits and what was given up, newest last."""
    shown = [each for each in letter.c if each.name != "message"]
    return await database.rows(select(*shown).where(letter.c.state != SENT).order_by(letter.c.id))


async def send_again(database: Database, id: UUID | None) -> int:
    """One that was given up, or all, as if they had just been written; how many there were."""
    which = update(letter).where(letter.c.state == GIVEN_UP)
    if id is not None:
        which = which.where(letter.c.id == id)
    async with database.transaction() as transaction:
        return await transaction.count(
            which.values(state=WAITING, tries=0, due_at=func.now(), error="")
        )
