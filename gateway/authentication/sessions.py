"""The sessions of people in browsers: identity knows them, Valkey remembers them for half a minute."""

import time
from dataclasses import dataclass, field
from uuid import UUID

from crm.identity.v1 import sessions_pb2 as pb
from crm.identity.v1.sessions_pb2_grpc import SessionsStub
from nats.aio.msg import Msg

from gateway.access import WRITE_SCOPE, PolicyFollower
from gateway.authentication.callers import Caller, Observer
from gateway.authentication.limits import CachedSession, Limits
from gateway.backends import as_door
from kit.actor import Actor
from kit.errors import Anonymous

# Should the news of its end get lost, a session is believed this long at most.
REMEMBERED_SECONDS = 30
_ENDED = "crm.identity.session.ended"
_SCOPES = frozenset({WRITE_SCOPE})


@dataclass(frozen=True)
class Sessions:
    """Opens, finds and ends sessions."""

    follower: PolicyFollower
    limits: Limits
    ended: dict[str, float] = field(default_factory=dict)
    observers: list[Observer] = field(default_factory=list)

    async def listen(self) -> None:
        """Hears of sessions that end before their time."""
        await self.follower.nats.listen(_ENDED, self._sessions_ended)

    async def _sessions_ended(self, message: Msg) -> None:
        now = time.monotonic()
        for handle in [handle for handle, until in self.ended.items() if until < now]:
            del self.ended[handle]
        handles = frozenset(pb.SessionsEnded.FromString(message.data).handles)
        self.ended.update(dict.fromkeys(handles, now + 2 * REMEMBERED_SECONDS))
        for observer in self.observers:
            observer(handles)

    async def find(self, session_id: str, address: str) -> Caller | None:
        """The caller whom a cookie names; None when the session is over."""
        kept = await self.limits.by_session(session_id, address)
        if kept is None:
            kept = await self._checked(session_id)
        if kept is None or kept.handle in self.ended:
            return None
        return await self._caller(session_id, kept)

    async def _checked(self, session_id: str) -> CachedSession | None:
        """Asks identity, which also moves the idle limit forward."""
        stub = self.follower.peers.stub(SessionsStub)
        try:
            found = await as_door(lambda: stub.Check(pb.CheckRequest(session_id=session_id)))
        except Anonymous:
            return None
        return await self._kept(found)

    async def _kept(self, session: pb.Session) -> CachedSession:
        kept = CachedSession(
            session.person_id, session.handle, session.csrf_token, session.policy_epoch
        )
        await self.limits.keep(session.id, kept, REMEMBERED_SECONDS)
        return kept

    async def _caller(self, session_id: str, kept: CachedSession) -> Caller | None:
        if self.follower.policy.epoch < kept.epoch:
            await self.follower.refresh()
        policy = self.follower.policy
        person_id = UUID(kept.person_id)
        person = policy.organisation.people.get(person_id)
        if person is None or person.status != "active":
            return None
        actor = Actor(
            person_id,
            str(person_id),
            session=kept.handle,
            scopes=_SCOPES,
            min_epoch=policy.epoch,
        )
        return Caller(actor, session_id, kept.csrf)

    async def sign_in(self, request: pb.SignInRequest) -> str:
        """A new session's id; Anonymous when address and password do not fit."""
        stub = self.follower.peers.stub(SessionsStub)
        session = await as_door(lambda: stub.SignIn(request))
        if request.HasField("previous_session_id"):
            await self.limits.forget(request.previous_session_id)
        await self._kept(session)
        return str(session.id)

    async def sign_out(self, session_id: str) -> None:
        await self.limits.forget(session_id)
        stub = self.follower.peers.stub(SessionsStub)
        await as_door(lambda: stub.SignOut(pb.SignOutRequest(session_id=session_id)))
        # A request that was under way may have remembered it once more.
        await self.limits.forget(session_id)
