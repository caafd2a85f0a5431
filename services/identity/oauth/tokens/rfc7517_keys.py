"""The keys that sign tokens (RFC 7517): kept in the database, the next one published ahead."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from joserfc.jwk import ECKey, KeySet, RSAKey
from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from kit.database.transaction import Transaction
from kit.ids import uuid7
from kit.records.process import Process
from services.identity.oauth.storage.tables import oauth_key, oauth_rsa_key

ALGORITHM = "ES256"
"""What signs access tokens, which only our own doors and our clients' libraries read."""

SIGNS_FOR = timedelta(days=30)
AHEAD = timedelta(days=2)
"""Long enough for everybody who keeps our keys to have fetched the next one."""


@dataclass(frozen=True)
class Keys:
    """The keys of one algorithm: where they are kept, and how one is made."""

    table: Table
    kind: type[ECKey] | type[RSAKey]
    make: Callable[[], ECKey | RSAKey]


KEYS: Mapping[str, Keys] = {
    "RS256": Keys(oauth_rsa_key, RSAKey, lambda: RSAKey.generate_key(2048)),
    ALGORITHM: Keys(oauth_key, ECKey, lambda: ECKey.generate_key("P-256")),
}
"""What an ID token may be signed with; OpenID Connect Discovery §3 requires RS256."""

_LOCK = text("SELECT pg_advisory_xact_lock(7203003)")


async def rotate_keys(process: Process) -> None:
    """Sees to it that one key signs, the next one is published, and no old one stays."""
    async with process.database.transaction() as transaction:
        await transaction.rows(_LOCK)
        for keys in KEYS.values():
            await _rotate(transaction, keys)


async def _rotate(transaction: Transaction, keys: Keys) -> None:
    newest = await transaction.value(select(func.max(keys.table.c.signs_from)))
    if newest is None:
        newest = await _add(transaction, keys, func.now())
    if newest <= await transaction.value(select(func.now())):
        await _add(transaction, keys, func.greatest(newest + SIGNS_FOR, func.now() + AHEAD))
    await transaction.count(delete(keys.table).where(_replaced(keys.table)))


async def _add(transaction: Transaction, keys: Keys, signs_from: Any) -> Any:
    # To find two primes takes a good part of a second.
    key = await asyncio.to_thread(keys.make)
    pem = key.as_pem(private=True).decode()
    made = insert(keys.table).values(kid=uuid7().hex, private_pem=pem, signs_from=signs_from)
    return await transaction.value(made.returning(keys.table.c.signs_from))


def _replaced(table: Table) -> Any:
    """Keys whose successor has been signing for a day: whatever they signed has expired."""
    newer = table.alias()
    signing = newer.c.signs_from < func.now() - timedelta(days=1)
    return select(newer.c.kid).where(newer.c.signs_from > table.c.signs_from, signing).exists()


def signing_key(session: Session, algorithm: str = ALGORITHM) -> KeySet:
    """The key that signs now; in a set of its own, which makes tokens name it."""
    table = KEYS[algorithm].table
    own = select(table).where(table.c.signs_from <= func.now())
    row = session.execute(own.order_by(table.c.signs_from.desc()).limit(1)).one()
    return KeySet([_key(row.kid, row.private_pem, algorithm)])


def published_keys(session: Session, algorithm: str = ALGORITHM) -> KeySet:
    """Every key by which a token may have been signed, or will soon be."""
    table = KEYS[algorithm].table
    rows = session.execute(select(table).order_by(table.c.signs_from)).all()
    return KeySet([_key(row.kid, row.private_pem, algorithm) for row in rows])


def public_jwks(session: Session) -> dict[str, Any]:
    """The public halves of all keys, as everybody may have them."""
    sets = (published_keys(session, each).as_dict(private=False) for each in KEYS)
    return {"keys": [key for each in sets for key in each["keys"]]}


@lru_cache(maxsize=32)
def _key(kid: str, pem: str, algorithm: str) -> ECKey | RSAKey:
    parameters: Any = {"kid": kid, "use": "sig", "alg": algorithm}
    return KEYS[algorithm].kind.import_key(pem, parameters)
