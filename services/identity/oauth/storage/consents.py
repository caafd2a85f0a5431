"""What people have allowed clients: remembered, and forgotten when a client gets wider."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit.records import Work
from services.identity.oauth.storage.tables import oauth_consent


def consented(session: Session, person_id: UUID, client_id: UUID) -> frozenset[str]:
    """The scopes that a person has allowed a client before."""
    kept = oauth_consent.c
    found = select(kept.scopes).where(kept.person_id == person_id, kept.client_id == client_id)
    scopes: Sequence[str] = session.scalar(found) or ()
    return frozenset(scopes)


def keep_consent(
    session: Session, person_id: UUID, client_id: UUID, scopes: Collection[str]
) -> None:
    """Remembers what was allowed, together with what had been."""
    known = sorted(consented(session, person_id, client_id) | set(scopes))
    kept = insert(oauth_consent).values(person_id=person_id, client_id=client_id, scopes=known)
    new = {"scopes": kept.excluded.scopes, "given_at": func.now()}
    session.execute(kept.on_conflict_do_update(index_elements=["person_id", "client_id"], set_=new))


async def forget_consents(work: Work, client_id: UUID) -> None:
    """Everybody is asked again: what was allowed was a narrower client."""
    await work.run(oauth_consent.delete().where(oauth_consent.c.client_id == client_id))
