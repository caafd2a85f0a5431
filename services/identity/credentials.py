"""What people prove themselves with; a new one ends whatever the old one had opened."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kit.records.work import Work
from services.identity.tables import credential


async def keep_password(work: Work, person_id: UUID, password_hash: str) -> None:
    """Puts a hash in the place of the one until now."""
    kept = insert(credential).values(person_id=person_id, password_hash=password_hash)
    new = {"password_hash": kept.excluded.password_hash, "changed_at": func.now()}
    await work.session.execute(
        kept.on_conflict_do_update(index_elements=[credential.c.person_id], set_=new)
    )


async def kept_password(work: Work, person_id: UUID) -> str | None:
    """The hash that is kept, if there is one."""
    found = select(credential.c.password_hash).where(credential.c.person_id == person_id)
    return (await work.session.scalars(found)).first()
