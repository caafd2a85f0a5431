"""What Authlib's server reads and writes: every redemption is one statement that only one can win.

Written for a synchronous session, as Authlib calls it inside `AsyncSession.run_sync`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from crm.identity.v1 import oauth_pb2 as pb
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.ids import uuid7
from kit.records import Process, Work
from services.identity.model.clients import Client
from services.identity.model.people import Person, PersonStatus
from services.identity.oauth.storage.tables import (
    oauth_code,
    oauth_grant,
    oauth_refresh_token,
    oauth_revoked_token,
)

CODE_LIFE = timedelta(seconds=60)
REFRESH_LIFE = timedelta(days=30)
GRANT_LIFE = timedelta(days=180)


def digest(secret: str) -> bytes:
    """Under which a code or token is kept; it is random enough that one round will do."""
    return sha256(secret.encode()).digest()


def secret_hash(secret: str) -> str:
    """Under which a client's secret is kept."""
    return digest(secret).hex()


@dataclass(frozen=True)
class Holder:
    """The person a token speaks for, when they proved it, and the grant that allows it."""

    person_id: UUID
    authenticated_at: datetime | None = None
    grant_id: UUID | None = None

    def get_user_id(self) -> str:
        """Authlib's name for the subject."""
        return str(self.person_id)


@dataclass(frozen=True)
class Redeemable:
    """A code or refresh token that was found, as Authlib asks it."""

    digest: bytes
    client_id: UUID
    holder: Holder
    scope: str
    used: bool
    live: bool
    redirect_uri: str = ""
    nonce: str | None = None
    code_challenge: str = ""
    code_challenge_method: str = "S256"

    def check_client(self, client: Any) -> bool:
        return bool(client.record.id == self.client_id)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int | None:
        at = self.holder.authenticated_at
        return int(at.timestamp()) if at else None

    def get_acr(self) -> None:
        """One factor only, so far; nothing is claimed of it."""

    def get_amr(self) -> list[str]:
        return ["pwd"]


# Codes.


def keep_code(
    session: Session, code: str, client_id: UUID, holder: Holder, asked: Mapping[str, Any]
) -> None:
    """Keeps a code with what was asked: address to return to, scope, nonce, challenge."""
    row = insert(oauth_code).values(
        code_hash=digest(code),
        grant_id=uuid7(),
        client_id=client_id,
        person_id=holder.person_id,
        authenticated_at=holder.authenticated_at,
        expires_at=func.now() + CODE_LIFE,
        **asked,
    )
    session.execute(row)


def find_code(session: Session, code: str, client_id: UUID) -> Redeemable | None:
    """The code as it was given to this client, used and expired ones too."""
    kept = oauth_code.c
    found = select(oauth_code, (kept.expires_at > func.now()).label("live"))
    mine = (kept.code_hash == digest(code)) & (kept.client_id == client_id)
    row = session.execute(found.where(mine)).one_or_none()
    if row is None:
        return None
    return Redeemable(
        digest=row.code_hash,
        client_id=row.client_id,
        holder=Holder(row.person_id, row.authenticated_at, row.grant_id),
        scope=row.scope,
        used=row.used_at is not None,
        live=row.live,
        redirect_uri=row.redirect_uri,
        nonce=row.nonce,
        code_challenge=row.code_challenge,
    )


def redeem_code(session: Session, code: Redeemable) -> bool:
    """Uses a code up and makes its grant; of any number at once exactly one succeeds."""
    kept = oauth_code.c
    unused = (kept.code_hash == code.digest) & kept.used_at.is_(None)
    used = update(oauth_code).where(unused, kept.expires_at > func.now())
    won = session.execute(used.values(used_at=func.now()).returning(kept.grant_id)).one_or_none()
    if won is None:
        return False
    session.execute(
        insert(oauth_grant).values(
            id=code.holder.grant_id,
            client_id=code.client_id,
            person_id=code.holder.person_id,
            scope=code.scope,
            authenticated_at=code.holder.authenticated_at,
            expires_at=func.now() + GRANT_LIFE,
        )
    )
    return True


def standing_grant(session: Session, client_id: UUID, person_id: UUID, scope: str) -> UUID:
    """The grant of a client that acts without anybody at the screen: by it all its tokens end."""
    kept = oauth_grant.c
    same = (kept.client_id == client_id) & (kept.person_id == person_id) & (kept.scope == scope)
    lasting = kept.ended_at.is_(None) & (kept.expires_at > func.now() + REFRESH_LIFE)
    alone = kept.authenticated_at.is_(None)
    known: UUID | None = session.scalar(select(kept.id).where(same, lasting, alone).limit(1))
    if known is not None:
        return known
    made = insert(oauth_grant).values(
        id=uuid7(),
        client_id=client_id,
        person_id=person_id,
        scope=scope,
        expires_at=func.now() + GRANT_LIFE,
    )
    new: UUID = session.scalars(made.returning(kept.id)).one()
    return new


# Refresh tokens.


def keep_refresh_token(session: Session, token: str, grant_id: UUID) -> None:
    """The next token of a grant; none outlives it."""
    until = select(func.least(func.now() + REFRESH_LIFE, oauth_grant.c.expires_at))
    session.execute(
        insert(oauth_refresh_token).values(
            token_hash=digest(token),
            grant_id=grant_id,
            expires_at=until.where(oauth_grant.c.id == grant_id).scalar_subquery(),
        )
    )


def find_refresh_token(session: Session, token: str) -> Redeemable | None:
    """The token with its grant, used and expired ones too."""
    kept, grant = oauth_refresh_token.c, oauth_grant.c
    live = (kept.expires_at > func.now()) & grant.ended_at.is_(None)
    joined = oauth_refresh_token.join(oauth_grant, grant.id == kept.grant_id)
    found = select(kept.used_at, oauth_grant, live.label("live")).select_from(joined)
    row = session.execute(found.where(kept.token_hash == digest(token))).one_or_none()
    if row is None:
        return None
    return Redeemable(
        digest=digest(token),
        client_id=row.client_id,
        holder=Holder(row.person_id, row.authenticated_at, row.id),
        scope=row.scope,
        used=row.used_at is not None,
        live=row.live,
    )


def use_refresh_token(session: Session, token: Redeemable) -> bool:
    """Uses a token up; of any number at once exactly one succeeds."""
    kept = oauth_refresh_token.c
    unused = (kept.token_hash == token.digest) & kept.used_at.is_(None)
    used = update(oauth_refresh_token).where(unused, kept.expires_at > func.now())
    won = session.execute(used.values(used_at=func.now()).returning(kept.grant_id))
    return won.one_or_none() is not None


# What ends.


def end_grants(session: Session, *which: ColumnElement[bool]) -> None:
    """Ends grants with all their tokens, and says so."""
    if ended := session.scalars(_ending(*which)).all():
        _publish(session, _ended(ended))


def _ending(*which: ColumnElement[bool]) -> Any:
    live = update(oauth_grant).where(oauth_grant.c.ended_at.is_(None), *which)
    return live.values(ended_at=func.now()).returning(oauth_grant.c.id)


def _ended(grants: Iterable[UUID]) -> pb.AccessEnded:
    return pb.AccessEnded(grants=[str(each) for each in grants])


def end_grant(session: Session, grant_id: UUID | None) -> None:
    """Ends one grant: what it had allowed was given away, or is no longer wanted."""
    end_grants(session, oauth_grant.c.id == grant_id)


async def end_grants_of_person(work: Work, person_id: UUID) -> None:
    """Ends everything that a person has allowed to clients, codes on their way included."""
    await _end_together(work, oauth_grant.c.person_id == person_id)
    await work.run(oauth_code.delete().where(oauth_code.c.person_id == person_id))


async def end_grants_of_client(work: Work, client_id: UUID) -> None:
    """Ends everything that a client may do for people; one that is getting a token waits, and gets none."""
    await work.run(select(Client.id).where(Client.id == client_id).with_for_update())
    await _end_together(work, oauth_grant.c.client_id == client_id)
    await work.run(oauth_code.delete().where(oauth_code.c.client_id == client_id))


async def _end_together(work: Work, which: ColumnElement[bool]) -> None:
    """Ends grants in the transaction of what made them end."""
    if ended := await work.run(_ending(which)):
        event = _ended(row.id for row in ended)
        await work.run(insert_statement, **rows([Announcement.of(event)], service="identity"))


def revoke_access_token(session: Session, jti: str, expires_at: datetime) -> None:
    """Ends a single access token."""
    row = insert(oauth_revoked_token).values(jti=jti, expires_at=expires_at)
    session.execute(row.on_conflict_do_nothing())
    _publish(session, pb.AccessEnded(tokens=[jti]))


def access_is_live(session: Session, jti: str, grant_id: UUID | None, person_id: UUID) -> bool:
    """Whether the token was not ended, its grant still stands, and its person is still active."""
    revoked = select(oauth_revoked_token.c.jti).where(oauth_revoked_token.c.jti == jti)
    live = oauth_grant.c.ended_at.is_(None)
    stands = select(oauth_grant.c.id).where(oauth_grant.c.id == grant_id, live)
    active = (Person.id == person_id) & (Person.status == PersonStatus.ACTIVE)
    return bool(session.scalar(select(~revoked.exists() & stands.exists()).where(active)))


def _publish(session: Session, event: pb.AccessEnded) -> None:
    session.execute(insert_statement, rows([Announcement.of(event)], service="identity"))


async def forget_expired(process: Process) -> None:
    """Takes away what can no longer be used, nor used a second time."""
    async with process.database.transaction() as transaction:
        for table in (oauth_code, oauth_grant, oauth_revoked_token):
            # An hour late, so that a second use is still recognised as one.
            over = table.c.expires_at < func.now() - timedelta(hours=1)
            await transaction.count(table.delete().where(over))
