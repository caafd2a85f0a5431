"""The context token: who calls, signed by the process that let them in, valid for a minute.

ES256 (RFC 7515), at most 2 KB, audience `rapport`. The gateway signs for people; a service signs
for its own background work, in its own name or for the person who started it.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from kit.actor import DOOR, Actor
from kit.errors import Anonymous

AUDIENCE = "rapport"
SECONDS = 60
_LEEWAY = 5
_REMEMBERED = 10_000

_Minted = tuple[str, str, frozenset[str], int]
"""Everything that a token says of its actor; who shares a token shares all of it."""


class ContextTokens:
    """Signs with this process's key, verifies with the public keys of all."""

    def __init__(self, issuer: str, private_pem: str, public_pems: Mapping[str, str]) -> None:
        self._issuer = issuer
        self._key = ECKey.import_key(private_pem)
        self._public = {name: ECKey.import_key(pem) for name, pem in public_pems.items()}
        self._verified: dict[str, tuple[float, Actor]] = {}
        self._minted: dict[_Minted, tuple[float, str]] = {}

    @classmethod
    def from_files(cls, issuer: str, private_pem: str, folder: Path) -> "ContextTokens":
        """Reads `<issuer>.pem` of every process from a folder."""
        return cls(
            issuer, private_pem, {path.stem: path.read_text() for path in folder.glob("*.pem")}
        )

    def mint(self, actor: Actor) -> str:
        """A token for an actor; one that still has half its life is used again."""
        key = (actor.name, actor.session, actor.scopes, actor.min_epoch)
        expires, token = self._minted.get(key, (0.0, ""))
        now = time.time()
        if expires - now < SECONDS / 2:
            expires, token = now + SECONDS, self._sign(actor, now)
            _forget_some(self._minted)
            self._minted[key] = expires, token
        return token

    def _sign(self, actor: Actor, now: float) -> str:
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": actor.name,
            "sid": actor.session,
            "scp": sorted(actor.scopes),
            "ep": actor.min_epoch,
            "iat": int(now),
            "exp": int(now) + SECONDS,
        }
        return jwt.encode({"alg": "ES256", "kid": self._issuer}, claims, self._key)

    def verify(self, token: str) -> Actor:
        """The actor whom a token names; Anonymous when it is missing, forged or old."""
        expires, actor = self._verified.get(token, (0.0, None))
        if actor is None:
            expires, actor = self._checked(token)
            _forget_some(self._verified)
            self._verified[token] = expires, actor
        if expires + _LEEWAY < time.time():
            raise Anonymous("The context token has expired.")
        return actor

    def _checked(self, token: str) -> tuple[float, Actor]:
        try:
            signed = jwt.decode(token, self._signer, algorithms=["ES256"])
            claims = signed.claims
            expires, actor = float(claims["exp"]), _actor(claims, token)
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            raise Anonymous("The context token is missing or was not signed by us.") from wrong
        if claims.get("aud") != AUDIENCE or claims.get("iss") != signed.header.get("kid"):
            raise Anonymous("The context token is meant for somebody else.")
        return expires, actor

    def _signer(self, held: object) -> ECKey:
        return self._public[held.headers()["kid"]]  # type: ignore[attr-defined]


def _actor(claims: Mapping[str, object], token: str) -> Actor:
    name, issuer = str(claims["sub"]), str(claims["iss"])
    system = name.startswith("system:")
    if system and (issuer == "gateway") != (name == DOOR):
        raise Anonymous(
            "The gateway speaks for people and for its door only, and nobody else does."
        )
    return Actor(
        person_id=None if system else UUID(name),
        name=name,
        session=str(claims.get("sid", "")),
        scopes=frozenset(claims.get("scp", ())),  # type: ignore[call-overload]
        min_epoch=int(claims.get("ep", 0)),  # type: ignore[call-overload]
        token=token if issuer == "gateway" else "",
    )


def _forget_some(
    remembered: dict[object, object]
    | dict[str, tuple[float, Actor]]
    | dict[_Minted, tuple[float, str]],
) -> None:
    if len(remembered) > _REMEMBERED:
        remembered.clear()
