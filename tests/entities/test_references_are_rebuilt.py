"""Whatever has happened to the copies of a service, one command has them told anew."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kit.ids import uuid7
from kit.rebuild_references import rebuild
from kit.references.copies.tables import reference_copy
from tests.entities.cases import CASES
from tests.entities.factories import Office

ACCOUNT, DEAL, ACTIVITY = "parties.Account", "sales.Opportunity", "scheduling.Activity"


async def _copies(office: Office, *ids: str) -> list[dict[str, Any]]:
    """The copies in scheduling, without when and at which version they were told."""
    same = select(reference_copy).where(reference_copy.c.id.in_(map(UUID, ids)))
    async with office.servings["scheduling"].process.database.sessions() as session:
        rows = (await session.execute(same.order_by(reference_copy.c.id))).mappings().all()
    return [{k: v for k, v in row.items() if k not in ("asked_at", "version")} for row in rows]


async def _inherited(office: Office, activity: Any) -> list[int]:
    table: Any = CASES[ACTIVITY].record.__table__
    async with office.servings["scheduling"].process.database.sessions() as session:
        same = select(table.c.inherited).where(table.c.id == UUID(activity.id))
        return list((await session.scalars(same)).one())


async def _damage(office: Office, *, wrong: tuple[Any, ...], lost: Any, activity: Any) -> None:
    """Copies that are wrong and claim to be new, one that is lost, and an activity open to nobody."""
    copies, table = reference_copy, CASES[ACTIVITY].record.__table__
    told = {"title": "Wrong", "kept": {}, "keys": [7], "inherited": [8], "version": 9_999}
    damaged = copies.c.id.in_([UUID(each.id) for each in wrong])
    async with office.servings["scheduling"].process.database.sessions.begin() as session:
        await session.execute(copies.update().where(damaged).values(**told))
        await session.execute(delete(copies).where(copies.c.id == UUID(lost.id)))
        mine = table.update().where(table.c.id == UUID(activity.id))  # type: ignore[attr-defined]  # every one of ours is a table
        await session.execute(mine.values(inherited=[9]))


async def test_damaged_and_lost_copies_are_as_their_owners_have_them(office: Office) -> None:
    """Design §5: even those that claim to be newer than anything, and what hangs on them."""
    account = await office.make(CASES[ACCOUNT], industry="retail")
    other = await office.make(CASES[ACCOUNT], industry="energy")
    deal = await office.make(CASES[DEAL], account_id=account.id)
    about = {"related_entity": DEAL, "related_id": deal.id}
    activity = await office.make(CASES[ACTIVITY], account_id=account.id, **about)
    await office.make(CASES[ACTIVITY], account_id=other.id)
    process = office.servings["scheduling"].process
    await rebuild(process)
    ids = (account.id, other.id, deal.id)
    before, inherited = await _copies(office, *ids), await _inherited(office, activity)
    assert len(before) == len(ids)

    await _damage(office, wrong=(account, deal), lost=other, activity=activity)
    assert await _copies(office, *ids) != before

    told, different = await rebuild(process)
    assert told >= different >= 2
    assert await _copies(office, *ids) == before
    assert await _inherited(office, activity) == inherited


async def test_what_its_owner_does_not_know_counts_as_erased(office: Office) -> None:
    process = office.servings["scheduling"].process
    ghost = {"entity": ACCOUNT, "id": uuid7(), "version": 3, "state": "live", "title": "Ghost"}
    empty = {"kept": {}, "keys": [], "wkeys": [], "full_keys": [], "inherited": []}
    async with process.database.sessions.begin() as session:
        await session.execute(reference_copy.insert().values(**ghost, **empty))
    await rebuild(process)
    [copy] = await _copies(office, str(ghost["id"]))
    assert (copy["state"], copy["title"]) == ("erased", "")
