"""What OAuth keeps: grants with their codes and refresh tokens, consents, keys. No secret in clear."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from kit.database.tables import metadata
from services.identity.tables import instant, now


def _client() -> Column[object]:
    return Column(
        "client_id", Uuid, ForeignKey("client.id", ondelete="CASCADE"), nullable=False, index=True
    )


def _person(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "person_id",
        Uuid,
        ForeignKey("person.id", ondelete="CASCADE"),
        nullable=False,
        index=not primary_key,
        primary_key=primary_key,
    )


oauth_grant = Table(
    "oauth_grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    _client(),
    _person(),
    Column("scope", Text, nullable=False),
    # Of a program that signs in by itself nobody proved anything.
    instant("authenticated_at", nullable=True),
    now("made_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    instant("ended_at", nullable=True),
)
"""What a person allowed a client: the family that all its refresh tokens belong to."""

oauth_code = Table(
    "oauth_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("grant_id", Uuid, nullable=False),
    _client(),
    _person(),
    Column("redirect_uri", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("nonce", Text),
    Column("code_challenge", Text, nullable=False),
    instant("authenticated_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    instant("used_at", nullable=True),
)
"""Authorization codes by their hash; `grant_id` names the grant that redeeming one makes."""

oauth_refresh_token = Table(
    "oauth_refresh_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column(
        "grant_id",
        Uuid,
        ForeignKey("oauth_grant.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    now("made_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
)
"""Refresh tokens by their hash; a used one stays, so that its second use is recognised."""

oauth_consent = Table(
    "oauth_consent",
    metadata,
    _person(primary_key=True),
    Column("client_id", Uuid, ForeignKey("client.id", ondelete="CASCADE"), primary_key=True),
    Column("scopes", ARRAY(Text), nullable=False),
    now("given_at"),
)
"""What a person has allowed a client, so that the same is not asked twice."""

oauth_revoked_token = Table(
    "oauth_revoked_token",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)
"""Access tokens that were revoked one by one, until they would have expired."""


def _keys(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("kid", Text, primary_key=True),
        Column("private_pem", Text, nullable=False),
        now("made_at"),
        instant("signs_from"),
    )


oauth_key = _keys("oauth_key")
"""The keys that sign tokens with ES256; the newest whose time has come signs."""

oauth_rsa_key = _keys("oauth_rsa_key")
"""The keys that sign ID tokens with RS256, for clients that expect it."""
