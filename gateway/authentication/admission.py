"""Finds out who is calling, and counts the call, before anything else looks at it."""

from dataclasses import dataclass
from ipaddress import IPv6Network

from starlette.types import Scope

from gateway.authentication.access_tokens import AccessTokens
from gateway.authentication.callers import Caller
from gateway.authentication.limits import Limits
from gateway.authentication.sessions import Sessions
from gateway.config import Settings
from kit.errors import Anonymous

# Here the client shows its credentials to identity itself, and a session would mean nothing.
PROTOCOL = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/userinfo", "/oauth/jwks")
_FREE = ("/static/", "/.well-known/")


@dataclass(frozen=True)
class Admission:
    """Session or token, with the rate limit in the same round trip."""

    settings: Settings
    sessions: Sessions
    tokens: AccessTokens
    limits: Limits

    async def admit(self, scope: Scope) -> Caller | None:
        """The caller, or None for a stranger; Anonymous for a token that does not hold."""
        path, headers = scope["path"], dict(scope["headers"])
        if path.startswith(_FREE):
            return None
        address = network_of(address_of(scope))
        if path not in PROTOCOL:
            caller = await self._known(headers, address)
            if caller is not None:
                return caller
            if b"cookie" in headers and self._session_id(headers):
                return None
        await self.limits.count(f"address:{address}", stranger=True)
        return None

    async def _known(self, headers: dict[bytes, bytes], address: str) -> Caller | None:
        kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            try:
                caller = await self.tokens.find(token.strip())
            except Anonymous:
                # Guessing is counted where it comes from, or it would cost nothing.
                await self.limits.count(f"address:{address}", stranger=True)
                raise
            await self.limits.count(f"person:{caller.actor.name}", stranger=False)
            return caller
        session_id = self._session_id(headers)
        return await self.sessions.find(session_id, address) if session_id else None

    def _session_id(self, headers: dict[bytes, bytes]) -> str:
        cookie, name = headers.get(b"cookie", b"").decode("latin-1"), f"{self.settings.cookie}="
        for part in cookie.split(";"):
            if part.strip().startswith(name):
                return part.strip()[len(name) :]
        return ""


def network_of(address: str) -> str:
    """What shares one bucket: an IPv4 address, or the 64 bits that one IPv6 customer owns."""
    if ":" not in address:
        return address
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def address_of(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
