"""Every copy of a service told anew, whatever it says now: for when the copies as a whole are in doubt."""

from typing import TYPE_CHECKING
from uuid import UUID

from kit.references.adoption import adopt, as_kept, ask
from kit.references.cascade import follow

if TYPE_CHECKING:
    from kit.records.process import Process

_AT_ONCE = 500

_ENTITIES = "select distinct entity from reference_copy order by entity"
_NEXT = (
    "select id from reference_copy where entity = $1 and id > $2 and state <> 'asked' "
    "order by id limit $3"
)
# A version before any other, so that what the owner says counts, and is written, whatever is here.
_DOUBT = "update reference_copy set version = 0 where entity = $1 and id = any($2::uuid[])"


async def rebuild(process: "Process") -> tuple[int, int]:
    """Asks for all copies again, and for what is referred to and not kept; how many, and how many differed.

    Each goes on standing here until its owner has answered, so that meanwhile nobody sees more or less.
    """
    told = different = 0
    for entity in [row["entity"] for row in await process.database.fetch(_ENTITIES, [])]:
        last = UUID(int=0)
        while rows := await process.database.fetch(_NEXT, [entity, last, _AT_ONCE]):
            ids = [row["id"] for row in rows]
            told, different = told + len(ids), different + await _told_anew(process, entity, ids)
            last = ids[-1]
    await adopt(process)
    return told, different


async def _told_anew(process: "Process", entity: str, ids: list[UUID]) -> int:
    """How many of these copies were not as their owner has them; what hangs on them follows."""
    before = await as_kept(process, entity, ids)
    await process.database.fetch(_DOUBT, [entity, ids])
    await ask(process, entity, ids)
    await follow(process.database.fetch, process.entities, entity, ids)
    after = await as_kept(process, entity, ids)
    return sum(was != now for was, now in zip(before, after, strict=True))
