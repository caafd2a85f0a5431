"""Open sessions: made at sign-in, kept by the hash of their id, ended one by one or all at once."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from crm.identity.v1 import sessions_pb2 as pb
from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.database.faults import FAULTS, outage
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.ids import uuid7
from kit.records.process import Process
from kit.records.write.work import Work
from kit.telemetry.logs import log
from services.identity.config import Settings
from services.identity.tables import policy_epoch, session

_MOVE_SECONDS = 60
"""How far the idle limit may lag behind, so that a request does not have to write."""

_OPEN = """
    SELECT s.handle, s.person_id, s.authenticated_at, s.idle_until, s.expires_at, e.epoch,
           s.idle_until < now() + make_interval(secs => $2) AS stale
    FROM session s JOIN person p ON p.id = s.person_id CROSS JOIN policy_epoch e
    WHERE s.id_hash = $1 AND s.idle_until > now() AND s.expires_at > now() AND p.status = 'active'
"""


@dataclass(frozen=True)
class Origin:
    """Where a sign-in came from."""

    user_agent: str = ""
    address: str = ""


def hashed(session_id: str) -> bytes:
    """Under which a session is kept; its id has 256 random bits, so that one round is enough."""
    return sha256(session_id.encode()).digest()


def csrf_token(session_id: str) -> str:
    """The token of a session's forms; it tells nothing about the id."""
    digest = sha256(b"csrf " + session_id.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def open_session(work: Work, person_id: UUID, origin: Origin) -> pb.Session:
    """A new session of somebody who has just proved who they are."""
    settings = _settings(work.process)
    session_id = secrets.token_urlsafe(32)
    now = func.now()
    made = insert(session).values(
        id_hash=hashed(session_id),
        handle=uuid7(),
        person_id=person_id,
        authenticated_at=now,
        idle_until=now + settings.session_idle,
        expires_at=now + settings.session_life,
        user_agent=origin.user_agent[:400],
        address=origin.address[:64],
    )
    (row,) = await work.run(made.returning(session))
    epoch = await work.value(select(policy_epoch.c.epoch))
    return _shown(session_id, row._asdict(), epoch or 0)


async def find_session(process: Process, session_id: str) -> pb.Session | None:
    """The session if it is open; its idle limit moves forward."""
    settings = _settings(process)
    fresh = settings.session_idle.total_seconds() - _MOVE_SECONDS
    row = await process.database.pool.fetchrow(_OPEN, hashed(session_id), fresh)
    if row is None:
        return None
    found = _shown(session_id, row, row["epoch"])
    if row["stale"]:
        await _move_if_possible(process, session_id, found)
    return found


async def _move_if_possible(process: Process, session_id: str, found: pb.Session) -> None:
    """Whoever only reads is let in although the database cannot write; the next request may move it."""
    try:
        await _move(process, session_id, found)
    except FAULTS as fault:
        if outage(fault) is None:
            raise
        log.warning("session.not_moved", error=repr(fault))


async def _move(process: Process, session_id: str, found: pb.Session) -> None:
    idle = func.now() + _settings(process).session_idle
    moved = (
        update(session)
        .where(session.c.id_hash == hashed(session_id))
        .values(idle_until=func.least(idle, session.c.expires_at))
    )
    async with process.database.transaction() as transaction:
        until = await transaction.value(moved.returning(session.c.idle_until))
    found.idle_until = _text(until) if until else found.idle_until


async def end_session(work: Work, session_id: str) -> None:
    """Ends one session, if it is still there."""
    ended = delete(session).where(session.c.id_hash == hashed(session_id))
    await _end(work, ended.returning(session.c.person_id, session.c.handle))


async def end_sessions_of(work: Work, person_id: UUID, *, but: str = "") -> None:
    """Ends all sessions of a person, except the one named by its handle."""
    ended = delete(session).where(session.c.person_id == person_id)
    if but:
        ended = ended.where(cast(session.c.handle, Text) != but)
    await _end(work, ended.returning(session.c.person_id, session.c.handle))


async def _end(work: Work, statement: Any) -> None:
    ended = await work.run(statement)
    if ended:
        handles = [str(row.handle) for row in ended]
        await _publish(work, pb.SessionsEnded(person_id=str(ended[0].person_id), handles=handles))


async def _publish(work: Work, event: pb.SessionsEnded) -> None:
    published = rows([Announcement.of(event)], service=work.process.name, actor=work.actor.name)
    await work.run(insert_statement, **published)


async def forget_ended(process: Process) -> None:
    """Takes away what has run out."""
    over = (session.c.idle_until < func.now()) | (session.c.expires_at < func.now())
    async with process.database.transaction() as transaction:
        await transaction.count(delete(session).where(over))


def _shown(session_id: str, row: Mapping[str, Any], epoch: int) -> pb.Session:
    return pb.Session(
        id=session_id,
        person_id=str(row["person_id"]),
        policy_epoch=epoch,
        expires_at=_text(row["expires_at"]),
        idle_until=_text(row["idle_until"]),
        authenticated_at=_text(row["authenticated_at"]),
        csrf_token=csrf_token(session_id),
        handle=str(row["handle"]),
    )


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _settings(process: Process) -> Settings:
    assert isinstance(process.settings, Settings)  # noqa: S101 - main.py gives them
    return process.settings
