"""Trees: no record ever comes to stand below itself, not even when several move at the same time."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from kit.entity import Record, Tree
from kit.entity.tracking import former
from kit.errors import Invalid
from kit.references.fetch import Fetch
from kit.text.english import one

# Two moves could close a circle between them, so those of one table take turns.
_TURNS = "select pg_advisory_xact_lock(hashtext('tree'), hashtext($1::text))"
_LINES = """
with recursive line (id, above) as (
  select id, "{field}" from "{table}" where id = any($1::uuid[])
  union select higher.id, higher."{field}" from "{table}" as higher join line on higher.id = line.above)
select id, above from line
"""


def climbs(record: Record) -> bool:
    """Whether a record moves to another place in its tree, for which the line above has to be looked at."""
    return any(_moves(record, name) for name in _trees(type(record)))


async def refuse_circles(fetch: Fetch, new: Sequence[Record], old: Sequence[Record]) -> None:
    """Raises Invalid where one of the old would stand below itself; a new one has nothing below it yet."""
    for kind in dict.fromkeys(map(type, old)):
        for name in _trees(kind):
            if moved := [each for each in old if type(each) is kind and _moves(each, name)]:
                here = [each for each in (*new, *old) if type(each) is kind]
                _refuse(name, moved, await _above(fetch, name, here))


def _refuse(name: str, moved: Sequence[Record], above: Mapping[UUID, UUID | None]) -> None:
    for record in moved:
        if record.id in _line(getattr(record, name), above):
            kind: Any = record.fields[name].said.kind
            told = f"{one(record.label)} cannot be part of itself; choose another one."
            raise Invalid("", {name: kind.circle or told})


async def _above(fetch: Fetch, name: str, here: Sequence[Record]) -> Mapping[UUID, UUID | None]:
    """What stands above whom: as it is in the database, and as this unit of work is about to have it."""
    table = here[0].__tablename__
    await fetch(_TURNS, [table])
    wanted = {each.id: getattr(each, name) for each in here}
    lines = _LINES.format(table=table, field=name)
    rows = await fetch(lines, [[each for each in wanted.values() if each is not None]])
    return {row["id"]: row["above"] for row in rows} | wanted


def _line(first: UUID | None, above: Mapping[UUID, UUID | None]) -> Collection[UUID]:
    """A record and all above it."""
    line: set[UUID] = set()
    while first is not None and first not in line:
        line.add(first)
        first = above.get(first)
    return line


@cache
def _trees(kind: type[Record]) -> tuple[str, ...]:
    return tuple(name for name, known in kind.fields.items() if isinstance(known.said.kind, Tree))


def _moves(record: Record, name: str) -> bool:
    """Whether the row of the database holds another record above, and there is to be one."""
    return getattr(record, name) is not None and name in former(record)
