"""What people prove themselves with; a new one ends whatever the old one had opened."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kit.records.write.work import Work
from services.identity.model.people import Person, PersonStatus
from services.identity.tables import credential


async def still_fits(work: Work, person_id: UUID, password_hash: str | None) -> bool:
    """Whether the person is active and has this password yet; it stays so while this work lasts."""
    await hold(work, person_id)
    active = (Person.id == person_id) & (Person.status == PersonStatus.ACTIVE)
    joined = select(Person.id).join(credential, credential.c.person_id == Person.id)
    same = joined.where(active, credential.c.password_hash == password_hash)
    return bool(await work.run(same))


async def hold(work: Work, person_id: UUID) -> None:
    """Of a sign-in and a change of what it rests on, the second one waits for the first."""
    await work.run(select(Person.id).where(Person.id == person_id).with_for_update())


async def keep_password(work: Work, person_id: UUID, password_hash: str) -> None:
    """Puts a hash in the place of the one until now."""
    kept = insert(credential).values(person_id=person_id, password_hash=password_hash)
    new = {"password_hash": kept.excluded.password_hash, "changed_at": func.now()}
    await work.run(kept.on_conflict_do_update(index_elements=[credential.c.person_id], set_=new))


async def kept_password(work: Work, person_id: UUID) -> str | None:
    """The hash that is kept, if there is one."""
    found = select(credential.c.password_hash).where(credential.c.person_id == person_id)
    found_hash: str | None = await work.value(found)
    return found_hash
