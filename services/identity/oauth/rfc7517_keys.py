"""The keys that sign tokens (RFC 7517): kept in the database, the next one published ahead."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from joserfc.jwk import ECKey, KeySet
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from kit.ids import uuid7
from kit.records.process import Process
from services.identity.oauth.tables import oauth_key

ALGORITHM = "ES256"
SIGNS_FOR = timedelta(days=30)
AHEAD = timedelta(days=2)
"""Long enough for everybody who keeps our keys to have fetched the next one."""

_LOCK = text("SELECT pg_advisory_xact_lock(7203003)")


async def rotate_keys(process: Process) -> None:
    """Sees to it that one key signs, the next one is published, and no old one stays."""
    async with process.database.sessions() as session:
        await session.execute(_LOCK)
        newest = await session.scalar(select(func.max(oauth_key.c.signs_from)))
        if newest is None:
            newest = await _add(session, func.now())
        if newest <= await session.scalar(select(func.now())):
            await _add(session, func.greatest(newest + SIGNS_FOR, func.now() + AHEAD))
        await session.execute(delete(oauth_key).where(_replaced()))
        await session.commit()


async def _add(session: AsyncSession, signs_from: Any) -> Any:
    key = ECKey.generate_key("P-256")
    pem = key.as_pem(private=True).decode()
    made = insert(oauth_key).values(kid=uuid7().hex, private_pem=pem, signs_from=signs_from)
    return await session.scalar(made.returning(oauth_key.c.signs_from))


def _replaced() -> Any:
    """Keys whose successor has been signing for a day: whatever they signed has expired."""
    newer = oauth_key.alias()
    signing = newer.c.signs_from < func.now() - timedelta(days=1)
    return select(newer.c.kid).where(newer.c.signs_from > oauth_key.c.signs_from, signing).exists()


def signing_key(session: Session) -> KeySet:
    """The key that signs now; in a set of its own, which makes tokens name it."""
    own = select(oauth_key).where(oauth_key.c.signs_from <= func.now())
    row = session.execute(own.order_by(oauth_key.c.signs_from.desc()).limit(1)).one()
    return KeySet([_key(row.kid, row.private_pem)])


def published_keys(session: Session) -> KeySet:
    """Every key by which a token may have been signed, or will soon be."""
    rows: Sequence[Any] = session.execute(select(oauth_key).order_by(oauth_key.c.signs_from)).all()
    return KeySet([_key(row.kid, row.private_pem) for row in rows])


def public_jwks(session: Session) -> dict[str, Any]:
    """The public halves, as everybody may have them."""
    return dict(published_keys(session).as_dict(private=False))


@lru_cache(maxsize=16)
def _key(kid: str, pem: str) -> ECKey:
    return ECKey.import_key(pem, {"kid": kid, "use": "sig", "alg": ALGORITHM})
