"""Access tokens (RFC 9068): signed here, readable by whoever has our public keys, short-lived."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.orm import Session

from services.identity.oauth.storage.clients import RegisteredClient
from services.identity.oauth.storage.grants import Holder, access_is_live
from services.identity.oauth.tokens.rfc7517_keys import ALGORITHM, published_keys, signing_key

SECONDS = 600
TYPE = "at+jwt"
_LONGEST = 4_096


def audience(issuer: str) -> str:
    """Whom access tokens are meant for: the API, and nothing else that trusts the issuer."""
    return f"{issuer}/api"


class AccessTokens(JWTBearerTokenGenerator):  # type: ignore[misc] # Authlib has no types
    """Makes the tokens of a response."""

    def __init__(self, session: Session, issuer: str) -> None:
        super().__init__(
            issuer,
            alg=ALGORITHM,
            refresh_token_generator=lambda **_: secrets.token_urlsafe(32),
            expires_generator=SECONDS,
        )
        self._session = session

    def get_jwks(self) -> KeySet:
        return signing_key(self._session)

    def get_audiences(self, client: RegisteredClient, user: Holder, scope: str) -> str:  # noqa: ARG002 - Authlib gives it
        return audience(self.issuer)

    def get_auth_time(self, user: Holder) -> int | None:
        return int(user.authenticated_at.timestamp()) if user.authenticated_at else None

    def get_extra_claims(self, *of: Any) -> dict[str, Any]:
        """The grant, by which the token is recognised when all of a grant's tokens end."""
        _, _, user, _ = of
        return {"grant": str(user.grant_id)} if user.grant_id else {}


@dataclass(frozen=True)
class AccessToken:
    """An access token that was verified and is still good."""

    claims: dict[str, Any]

    @property
    def person_id(self) -> UUID:
        return UUID(self.claims["sub"])

    @property
    def scope(self) -> str:
        return str(self.claims["scope"])

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.claims["exp"], UTC)

    def check_client(self, client: RegisteredClient) -> bool:
        return bool(self.claims["client_id"] == client.get_client_id())

    def is_expired(self) -> bool:
        return self.expires_at <= datetime.now(UTC)

    def is_revoked(self) -> bool:
        return False


def read(session: Session, token: str, issuer: str) -> AccessToken | None:
    """The token if it is one of ours, for us, in time and not ended."""
    claims = _verified(session, token, issuer)
    if claims is None:
        return None
    grant = UUID(claims["grant"]) if "grant" in claims else None
    live = access_is_live(session, claims["jti"], grant, UUID(claims["sub"]))
    return AccessToken(claims) if live else None


def _verified(session: Session, token: str, issuer: str) -> dict[str, Any] | None:
    if len(token) > _LONGEST:
        return None
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience(issuer)},
        exp={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
    )
    try:
        signed = jwt.decode(token, published_keys(session), algorithms=[ALGORITHM])
        rules.validate(signed.claims)
    except (JoseError, ValueError):
        return None
    return dict(signed.claims) if signed.header.get("typ") == TYPE else None
