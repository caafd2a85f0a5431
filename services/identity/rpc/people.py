"""People over gRPC, and what ends when they may no longer come in."""

from typing import Any

from crm.identity.v1 import people_pb2 as pb
from crm.identity.v1.people_pb2_grpc import PeopleServicer

from kit.actor import calling
from kit.entity import Level
from kit.errors import Denied
from kit.ids import record_id
from kit.records import Records, Said, verb
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc
from services.identity.credentials import hold, keep_password, kept_password
from services.identity.escalation import refuse_stronger
from services.identity.hashing import Passwords
from services.identity.model.passwords import check_password
from services.identity.model.people import Person
from services.identity.oauth.storage.grants import end_grants_of_person
from services.identity.sessions import end_sessions_of
from services.identity.throttle import Throttle

_WRONG = "This is not your current password."


class People(Records[Person, pb.Person], PeopleServicer):
    """Who works here and signs in."""

    record, message, listing = Person, pb.Person, pb.PersonList

    def __init__(self, process: Process, passwords: Passwords, throttle: Throttle) -> None:
        super().__init__(process)
        self.passwords = passwords
        self.throttle = throttle

    async def Update(self, request: Any, context: Any) -> Any:
        """Everybody has preferences of their own; all else takes the right to edit people."""
        if not self._prefers(request):
            return await super().Update(request, context)
        async with self.work(request) as work:
            person = await work.get(Person, request.record.id)
            await self.same_version(work, person, request)
            await self.amend(work, person, self.changes(person, request))
            return await work.show(person)

    def _prefers(self, request: Any) -> bool:
        """Whether the callers change what is theirs alone to choose."""
        if calling().person_id != record_id(request.record.id):
            return False
        named = (Person.fields.get(name) for name in request.mask.paths)
        return all(known and known.said.preference for known in named) and bool(request.mask.paths)

    # By itself: one's own asks for no right, and hashing takes too long for a transaction.
    @verb(right=None, by_itself=True)
    async def SetPassword(self, request: pb.SetPersonPassword, said: Said) -> Any:
        person = await self._whose_password(request)
        check_password(said.password, person)
        hashed = await self.passwords.hashed(said.password)
        # Without the request: an answer kept for repetition would keep the password's digest.
        async with self.process.work(calling(), rpc.current()) as work:
            person = await work.get(Person, request.id, self._needed(request))
            await self.same_version(work, person, request)
            await hold(work, person.id)
            await keep_password(work, person.id, hashed)
            await self._shut_out(work, person, but=calling().session)
            return await work.show(person)

    async def _whose_password(self, request: pb.SetPersonPassword) -> Person:
        """Whose it is, once the caller has shown the right to change it."""
        if not self._own(request):
            self.permit("edit")
            refuse_stronger(self.process.policy, calling(), record_id(request.id), "password")
        async with self.process.work(calling()) as work:
            person = await work.get(Person, request.id, self._needed(request))
            kept = await kept_password(work, person.id)
        if self._own(request):
            await self._prove(person, request.current_password, kept)
        return person

    async def _prove(self, person: Person, password: str, kept: str | None) -> None:
        """A session left open must not be enough to take the account over."""
        attempt = f"password of {person.id}"
        await self.throttle.admit(attempt)
        if not await self.passwords.fits(password, kept):
            raise Denied(_WRONG, {"current_password": _WRONG})
        await self.throttle.forgive(attempt)

    def _own(self, request: pb.SetPersonPassword) -> bool:
        return calling().person_id == record_id(request.id)

    def _needed(self, request: pb.SetPersonPassword) -> Level:
        return Level.READ if self._own(request) else Level.EDIT

    @verb(sets=("status",))
    async def Deactivate(self, work: Work, person: Person, said: Said) -> None:
        person.deactivate()
        await work.flush()
        await self._shut_out(work, person)

    @verb(sets=("status",))
    async def Activate(self, work: Work, person: Person, said: Said) -> None:
        person.activate()

    async def _shut_out(self, work: Work, person: Person, *, but: str = "") -> None:
        await end_sessions_of(work, person.id, but=but)
        await end_grants_of_person(work, person.id)
