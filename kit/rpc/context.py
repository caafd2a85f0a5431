"""The context token: who calls which service and for whom, signed by the caller, valid for a minute.

ES256 (RFC 7515), at most 2 KB, for one service alone. The gateway signs for people. A service signs
for its own system actors; for a person it signs only while it holds the token that the gateway gave
it for that person, and shows that one as the proof inside its own (docs/adr/0018).

A token is `words~key`: the signed words hold a digest of the key. Whole it is a call; the words alone
prove what the gateway said, and open nothing to those to whom they are shown.
"""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey

from kit.actor import Actor
from kit.errors import Anonymous, Denied
from kit.rpc.claims import LEEWAY, SECONDS, Claims, Signers, digest
from kit.rpc.clocks import Clocks

_REMEMBERED = 10_000


class _Key(NamedTuple):
    """Everything that a token says; calls that share a token share all of it."""

    audience: str
    name: str
    session: str
    scopes: frozenset[str]
    min_epoch: int
    proof: str


class ContextTokens:
    """Signs with this process's key, verifies with the public keys of all."""

    def __init__(self, name: str, private_pem: str, public_pems: Mapping[str, str]) -> None:
        self.clocks = Clocks(name)
        self._name = name
        self._key = ECKey.import_key(private_pem)
        self._signers = Signers(public_pems, self.clocks)
        self._verified: dict[str, tuple[float, Actor]] = {}
        self._minted: dict[_Key, tuple[float, str]] = {}

    @classmethod
    def from_files(cls, name: str, private_pem: str, folder: Path) -> "ContextTokens":
        """Reads `<process>.pem` of every process from a folder."""
        return cls(
            name, private_pem, {path.stem: path.read_text() for path in folder.glob("*.pem")}
        )

    def mint(self, actor: Actor, audience: str) -> str:
        """A token for an actor at one service; one that still has half its life is used again."""
        proof = self._proof(actor)
        key = _Key(audience, actor.name, actor.session, actor.scopes, actor.min_epoch, proof)
        renew_at, token = self._minted.get(key, (0.0, ""))
        now = time.time()
        if renew_at <= now:
            # No word given for a person outlives the gateway's own word for that person.
            expires = int(now) + SECONDS if not proof else int(actor.proof_until)
            renew_at = expires if proof else now + SECONDS / 2
            token = self._sign(key, now, expires)
            _forget_some(self._minted)
            self._minted[key] = renew_at, token
        return token

    def _proof(self, actor: Actor) -> str:
        """By what this process may speak for somebody; refused here what every service refuses."""
        if self._name == "gateway" or actor.name.startswith(f"system:{self._name}."):
            return ""
        if not actor.proof or actor.proof_until <= time.time():
            raise Denied(
                f"{self._name} may speak for its own system actors, and for a person only during "
                f"that person's own call; {actor.name} is neither."
            )
        return actor.proof

    def _sign(self, key: _Key, now: float, expires: int) -> str:
        secret = secrets.token_urlsafe(16)
        claims: dict[str, Any] = {
            "iss": self._name,
            "kh": digest(secret),
            "aud": key.audience,
            "sub": key.name,
            "iat": int(now),
            "exp": expires,
        }
        if key.proof:
            claims["proof"] = key.proof
        else:
            claims |= {"sid": key.session, "scp": sorted(key.scopes), "ep": key.min_epoch}
        words = jwt.encode({"alg": "ES256", "kid": self._name}, claims, self._key)
        return f"{words}~{secret}"

    def verify(self, token: str) -> Actor:
        """The actor whom a token names; Anonymous when it is missing, forged, old or not for us."""
        known = self._verified.get(token)
        if known is None:
            words, _, secret = token.partition("~")
            claims = self._signers.read(words)
            claims.require_key(secret)
            known = claims.expires, self._actor(claims, words)
            _forget_some(self._verified)
            self._verified[token] = known
        expires, actor = known
        if expires + LEEWAY < time.time():
            raise Anonymous("The context token has expired.")
        return actor

    def _actor(self, claims: Claims, words: str) -> Actor:
        claims.require_audience(self._name)
        if claims.proof:
            shown = self._signers.read(claims.proof)
            claims.require_proof(shown)
            return shown.actor(peer=claims.issuer)
        claims.require_own_subject()
        if claims.issuer != "gateway" or claims.is_system:
            return claims.actor(peer=claims.issuer)
        return claims.actor(proof=words)


def _forget_some(
    remembered: dict[str, tuple[float, Actor]] | dict[_Key, tuple[float, str]],
) -> None:
    if len(remembered) > _REMEMBERED:
        remembered.clear()
