"""Every copy of a service told anew: for when the copies as a whole are in doubt.

`python -m kit.rebuild_references sales`, beside the service that runs.
"""

import asyncio
import importlib
import sys
from uuid import UUID

from kit.errors import Problem
from kit.records.process import Process
from kit.references.cascade import follow
from kit.references.copies.backfill import adopt, as_kept, ask
from kit.service import Service
from kit.service_runner import beside

_AT_ONCE = 500

_ENTITIES = "select distinct entity from reference_copy order by entity"
_NEXT = (
    "select id from reference_copy where entity = $1 and id > $2 and state <> 'asked' "
    "order by id limit $3"
)
# A version before any other, so that what the owner says counts, and is written, whatever is here.
_DOUBT = "update reference_copy set version = 0 where entity = $1 and id = any($2::uuid[])"


async def rebuild(process: Process) -> tuple[int, int]:
    """Asks for all copies again, and for what is referred to and not kept; how many, and how many differed.

    Each goes on standing here until its owner has answered, so that meanwhile nobody sees more or less.
    """
    renewed = different = 0
    for entity in [row["entity"] for row in await process.database.fetch(_ENTITIES, [])]:
        last = UUID(int=0)
        while rows := await process.database.fetch(_NEXT, [entity, last, _AT_ONCE]):
            ids = [row["id"] for row in rows]
            renewed, different = (
                renewed + len(ids),
                different + await _renewed(process, entity, ids),
            )
            last = ids[-1]
    await adopt(process)
    return renewed, different


async def _renewed(process: Process, entity: str, ids: list[UUID]) -> int:
    """How many of these copies were not as their owner has them; what hangs on them follows."""
    before = await as_kept(process, entity, ids)
    await process.database.fetch(_DOUBT, [entity, ids])
    await ask(process, entity, ids)
    await follow(process.database.fetch, process.entities, entity, ids)
    after = await as_kept(process, entity, ids)
    return sum(was != now for was, now in zip(before, after, strict=True))


def main(words: list[str]) -> None:
    """Reads the command line, and says in a sentence what came of it."""
    if len(words) != 1:
        raise SystemExit("Say which service: python -m kit.rebuild_references sales")
    try:
        told, different = asyncio.run(_rebuilt(_service(words[0])))
    except Problem as problem:
        raise SystemExit(f"Not all copies were told anew: {problem.message}") from problem
    print(f"{told:,} copies told anew; {different:,} had been different.")  # noqa: T201 - a command tells its result


def _service(name: str) -> Service:
    settings = importlib.import_module(f"services.{name}.config").Settings
    made: Service = getattr(importlib.import_module(f"services.{name}.main"), name)(settings.load())
    return made


async def _rebuilt(service: Service) -> tuple[int, int]:
    async with beside(service, "references") as process:
        return await rebuild(process)


if __name__ == "__main__":
    main(sys.argv[1:])
