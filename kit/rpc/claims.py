"""What a context token claims, and which of its claims are believed of whom."""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from kit.actor import DOOR, Actor
from kit.errors import Anonymous
from kit.rpc.clocks import Clocks

SECONDS = 60
"""How long a token may live at most, whatever it says."""
LEEWAY = 5
"""By how much the clocks of two machines may differ."""

_UNSIGNED = "The context token is missing or was not signed by us."


@dataclass(frozen=True, slots=True)
class Claims:
    """A token's words, read and well-formed."""

    issuer: str
    audience: str
    subject: str
    issued: int
    expires: int
    session: str
    scopes: frozenset[str]
    min_epoch: int
    proof: str
    key_digest: str

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> Self:
        """KeyError, TypeError or ValueError when something is missing or of another kind."""
        return cls(
            issuer=_text(claims["iss"]),
            audience=_text(claims["aud"]),
            subject=_text(claims["sub"]),
            issued=_whole(claims["iat"]),
            expires=_whole(claims["exp"]),
            session=_text(claims.get("sid", "")),
            scopes=frozenset(map(_text, claims.get("scp", ()))),
            min_epoch=_whole(claims.get("ep", 0)),
            proof=_text(claims.get("proof", "")),
            key_digest=_text(claims["kh"]),
        )

    @property
    def is_system(self) -> bool:
        return self.subject.startswith("system:")

    def require_life(self) -> None:
        """A minute is the most that anybody gets, also of a token that says otherwise."""
        if not 0 < self.expires - self.issued <= SECONDS:
            raise Anonymous("The context token lives longer than a minute, or not at all.")

    def require_key(self, secret: str) -> None:
        """Who was only shown a token, as the proof in another, does not have its key."""
        if not secret or not hmac.compare_digest(digest(secret), self.key_digest):
            raise Anonymous("The context token came without its key.")

    def require_audience(self, name: str) -> None:
        if self.audience != name:
            raise Anonymous("The context token is meant for another service.")

    def require_own_subject(self) -> None:
        """Without a proof, the gateway speaks for people and its door, a service for itself."""
        if self.issuer == "gateway":
            allowed = self.subject == DOOR or not self.is_system
        else:
            allowed = self.subject.startswith(f"system:{self.issuer}.")
        if not allowed:
            raise Anonymous(f"{self.issuer} may not speak for {self.subject}.")

    def require_proof(self, shown: "Claims") -> None:
        """The gateway's own word for this person, given to whoever shows it; never passed on twice."""
        by_the_gateway = shown.issuer == "gateway" and not shown.proof and not shown.is_system
        if not by_the_gateway or shown.audience != self.issuer or shown.subject != self.subject:
            raise Anonymous(f"{self.issuer} has no proof that it may speak for {self.subject}.")

    def actor(self, *, peer: str = "", proof: str = "") -> Actor:
        try:
            person_id = None if self.is_system else UUID(self.subject)
        except ValueError as wrong:
            raise Anonymous(_UNSIGNED) from wrong
        return Actor(
            person_id=person_id,
            name=self.subject,
            session=self.session,
            scopes=self.scopes,
            min_epoch=self.min_epoch,
            proof=proof,
            proof_until=self.expires if proof else 0.0,
            peer=peer,
        )


def digest(secret: str) -> str:
    """What the words of a token say of its key."""
    return sha256(secret.encode()).hexdigest()


class Signers:
    """The public keys of all processes."""

    def __init__(self, public_pems: Mapping[str, str], clocks: Clocks) -> None:
        self._public = {name: ECKey.import_key(pem) for name, pem in public_pems.items()}
        self._clocks = clocks

    def read(self, token: str) -> Claims:
        """The claims of a token that one of us signed, within its minute."""
        try:
            signed = jwt.decode(token, self._key_of, algorithms=["ES256"])
            claims = Claims.of(signed.claims)
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            raise Anonymous(_UNSIGNED) from wrong
        if claims.issuer != signed.header.get("kid"):
            raise Anonymous("The context token is signed by another process than it says.")
        claims.require_life()
        self._clocks.compare(claims.issuer, self._ahead(claims))
        return claims

    def _key_of(self, held: Any) -> ECKey:
        return self._public[held.headers()["kid"]]

    def _ahead(self, claims: Claims) -> float:
        """By how many seconds, at least, the issuer's clock is before ours or (below 0) behind it."""
        now = time.time()
        return max(0.0, claims.issued - now) or min(0.0, claims.expires - now)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value
