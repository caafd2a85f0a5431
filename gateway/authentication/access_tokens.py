"""Access tokens of programs: verified once with identity's keys, then remembered until they end."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from crm.identity.v1 import oauth_pb2 as pb
from crm.identity.v1.oauth_pb2_grpc import OAuthStub
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from nats.aio.msg import Msg

from gateway.access import PolicyFollower
from gateway.authentication.callers import Caller, Observer, digest
from gateway.backends import as_door
from kit.actor import Actor
from kit.errors import Anonymous, Unavailable
from kit.telemetry import metrics

_KEYS_SECONDS = 300.0
_KEYS_PAUSE_SECONDS = 10.0
_MOST = 10_000
_LEEWAY = 5
# Longer than any access token lives: after that its own end is reason enough.
_LIFE_SECONDS = 900.0
_ASK_SECONDS = 60.0
_ENDED = "crm.identity.access.ended"
_REVOKED = "The access token was revoked; sign in again."


@dataclass(slots=True)
class Known:
    """A token that was verified: whose it is, what it opens, and until when."""

    person_id: UUID
    token_id: str
    grant: str
    scopes: frozenset[str]
    expires: float
    ask_at: float = 0.0
    caller: Caller | None = None


@dataclass
class AccessTokens:
    """Verifies tokens of the form `at+jwt` (RFC 9068) that identity signed for this system."""

    follower: PolicyFollower
    issuer: str
    known: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    ended: dict[str, float] = field(default_factory=dict)
    observers: list[Observer] = field(default_factory=list)
    keys: KeySet | None = None
    fetched: float = 0.0

    async def listen(self) -> None:
        """Hears of tokens and grants that end before their time."""
        await self.follower.nats.listen(_ENDED, self._access_ended)

    async def _access_ended(self, message: Msg) -> None:
        now = time.monotonic()
        for name in [name for name, until in self.ended.items() if until < now]:
            del self.ended[name]
        told = pb.AccessEnded.FromString(message.data)
        over = frozenset((*told.grants, *told.tokens))
        self.ended.update(dict.fromkeys(over, now + _LIFE_SECONDS))
        for observer in self.observers:
            observer(over)

    async def find(self, token: str) -> Caller:
        """The caller whom a token names; Anonymous when it is forged, old, revoked or not for us."""
        name = digest(token)
        known = self.known.get(name)
        metrics.CACHE_REQUESTS.labels("token", "hit" if known else "miss").inc()
        if known is None:
            known = self.known[name] = await self._verified(token)
            if len(self.known) > _MOST:
                self.known.popitem(last=False)
        if known.expires < time.time():
            self.known.pop(name, None)
            raise Anonymous("The access token has expired; get a new one.")
        await self._require_live(known, token)
        return self._caller(known)

    async def _require_live(self, known: Known, token: str) -> None:
        """Refuses a token that was revoked: as we heard, or as identity says once a minute.

        News get lost with a connection or a restart. While identity is away, the signature and the
        few minutes that a token lives have to do.
        """
        if known.token_id in self.ended or known.grant in self.ended:
            raise Anonymous(_REVOKED)
        now = time.monotonic()
        if now < known.ask_at:
            return
        known.ask_at = now + _ASK_SECONDS
        try:
            live = await self._is_live(token)
        except Unavailable:
            return
        if not live:
            self.ended[known.token_id] = now + _LIFE_SECONDS
            raise Anonymous(_REVOKED)

    async def _is_live(self, token: str) -> bool:
        """Identity answers 401 to the holder of a token that is over, and to nobody else."""
        header = pb.Parameter(name="authorization", value=f"Bearer {token}")
        request = pb.OAuthRequest(method="GET", headers=[header])
        reply = await as_door(lambda: self.follower.peers.stub(OAuthStub).UserInfo(request))
        return bool(reply.status != HTTPStatus.UNAUTHORIZED)

    def _caller(self, known: Known) -> Caller:
        policy = self.follower.policy
        person = policy.organisation.people.get(known.person_id)
        if person is None or person.status != "active":
            raise Anonymous("The person behind this access token is no longer active.")
        if known.caller is None or known.caller.actor.min_epoch != policy.epoch:
            known.caller = Caller(_actor(known, policy.epoch), grant=known.grant)
        return known.caller

    async def _verified(self, token: str) -> Known:
        try:
            signed = await self._decoded(token)
            claims = signed.claims
            return Known(
                UUID(claims["sub"]),
                str(claims["jti"]),
                str(claims.get("grant", "")),
                frozenset(str(claims.get("scope", "")).split()),
                self._expiry(signed.header, claims),
            )
        except (JoseError, ValueError, KeyError, TypeError):
            raise Anonymous("The access token is not valid; sign in again.") from None

    async def _decoded(self, token: str) -> Any:
        """Fetches the keys anew when a token names one that is not there yet."""
        try:
            return jwt.decode(token, await self._current_keys(), algorithms=["ES256"])
        except InvalidKeyIdError:
            if time.monotonic() - self.fetched < _KEYS_PAUSE_SECONDS:
                raise
            self.fetched = 0.0
            return jwt.decode(token, await self._current_keys(), algorithms=["ES256"])

    def _expiry(self, header: dict[str, Any], claims: dict[str, Any]) -> float:
        audience = claims["aud"]
        audiences = [audience] if isinstance(audience, str) else audience
        ours = claims["iss"] == self.issuer and f"{self.issuer}/api" in audiences
        if header.get("typ") != "at+jwt" or not ours:
            raise ValueError("meant for somebody else")
        expires = float(claims["exp"]) + _LEEWAY
        if float(claims.get("nbf", 0)) > time.time() + _LEEWAY:
            raise ValueError("not valid yet")
        return expires

    async def _current_keys(self) -> KeySet:
        if self.keys is None or time.monotonic() - self.fetched > _KEYS_SECONDS:
            stub = self.follower.peers.stub(OAuthStub)
            reply = await as_door(lambda: stub.Keys(pb.OAuthRequest(method="GET")))
            self.keys = KeySet.import_key_set(orjson.loads(reply.body))
            self.fetched = time.monotonic()
        return self.keys


def _actor(known: Known, epoch: int) -> Actor:
    return Actor(
        known.person_id,
        str(known.person_id),
        session=known.token_id,
        scopes=known.scopes,
        min_epoch=epoch,
    )
