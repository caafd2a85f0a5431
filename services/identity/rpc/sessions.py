"""Signing in and out, for the gateway alone."""

from typing import Any, cast
from uuid import UUID

from crm.identity.v1 import sessions_pb2 as pb
from crm.identity.v1.sessions_pb2_grpc import SessionsServicer
from sqlalchemy import Table, func, update

from kit.actor import calling
from kit.errors import Anonymous
from kit.records.process import Process
from kit.records.write.work import Work
from services.identity import sessions
from services.identity.credentials import keep_password, still_fits
from services.identity.hashing import Passwords
from services.identity.model.people import Person
from services.identity.rpc.callers import only_the_gateway
from services.identity.throttle import Throttle

_KNOWN = """
    SELECT p.id, c.password_hash FROM person p LEFT JOIN credential c ON c.person_id = p.id
    WHERE p.email = $1 AND p.status = 'active'
"""
_WRONG = "The e-mail address and the password do not fit together; check both."
_OVER = "Your session has ended; sign in again."


class Sessions(SessionsServicer):
    """Who is signed in."""

    def __init__(self, process: Process, passwords: Passwords, throttle: Throttle) -> None:
        self.process = process
        self.passwords = passwords
        self.throttle = throttle

    async def SignIn(self, request: pb.SignInRequest, context: Any) -> pb.Session:
        only_the_gateway()
        email = request.email.strip().lower()
        await self.throttle.admit(email, request.address)
        person_id, kept = await self._known(email)
        if not await self.passwords.fits(request.password, kept) or person_id is None:
            raise Anonymous(_WRONG)
        await self.throttle.forgive(email, request.address)
        newer = await self._newer(request.password, kept or "")
        async with self.process.work(calling()) as work:
            if not await still_fits(work, person_id, kept):
                raise Anonymous(_WRONG)
            if newer:
                await keep_password(work, person_id, newer)
            return await self._enter(work, person_id, request)

    async def _known(self, email: str) -> tuple[UUID | None, str | None]:
        # No address has a zero character, and PostgreSQL takes none.
        known = "" if "\x00" in email else email
        row = await self.process.database.pool.fetchrow(_KNOWN, known)
        return (row["id"], row["password_hash"]) if row else (None, None)

    async def _newer(self, password: str, kept: str) -> str:
        """A hash at today's costs in the place of an old one; this is when the password is known."""
        return await self.passwords.hashed(password) if self.passwords.outdated(kept) else ""

    async def _enter(self, work: Work, person_id: UUID, request: pb.SignInRequest) -> pb.Session:
        if request.HasField("previous_session_id"):
            await sessions.end_session(work, request.previous_session_id)
        # No change of the record: it gets no version and no history, and two at once never clash.
        person = cast("Table", Person.__table__)
        at = update(person).where(person.c.id == person_id).values(last_sign_in_at=func.now())
        await work.run(at)
        origin = sessions.Origin(request.user_agent, request.address)
        return await sessions.open_session(work, person_id, origin)

    async def Check(self, request: pb.CheckRequest, context: Any) -> pb.Session:
        only_the_gateway()
        found = await sessions.find_session(self.process, request.session_id)
        if found is None:
            raise Anonymous(_OVER)
        return found

    async def SignOut(self, request: pb.SignOutRequest, context: Any) -> pb.SignedOut:
        only_the_gateway()
        async with self.process.work(calling()) as work:
            await sessions.end_session(work, request.session_id)
        return pb.SignedOut()
