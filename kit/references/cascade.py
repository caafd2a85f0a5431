"""What hangs on a record follows its access: one statement for each way down, whatever the number of rows."""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from kit.access.inheritance import CLOSED, PRIVATE, WAY_BITS, any_of, base, lengthened
from kit.entity import Level, Record
from kit.references.fetch import Fetch

Entities = Mapping[str, type[Record]]
"""The entities of the service at hand, by name."""

_COLUMNS = {Level.READ: "keys", Level.EDIT: "wkeys", Level.FULL: "full_keys"}
_LINK_OF_COPIES = "child.parent_id = above.id and child.parent_entity = '{entity}'"


async def follow(fetch: Fetch, entities: Entities, entity: str, ids: Collection[UUID]) -> None:
    """Lets all that hangs on these records, directly or further down, follow their access."""
    if not ids:
        return
    for child, statement in _ways_down(tuple(entities.values()), entity):
        rows = await fetch(statement, [list(ids)])
        for below, changed in _by_entity(child, rows).items():
            await follow(fetch, entities, below, changed)


async def follow_all(fetch: Fetch, entities: Entities, records: Iterable[Record]) -> None:
    """The same for records of any entities."""
    moved: dict[str, list[UUID]] = {}
    for record in records:
        moved.setdefault(record.entity, []).append(record.id)
    for entity, ids in moved.items():
        await follow(fetch, entities, entity, ids)


def _by_entity(child: str, rows: Sequence[Any]) -> Mapping[str, list[UUID]]:
    """Rows that had to change; a copy says itself of which entity it is."""
    found: dict[str, list[UUID]] = {}
    for row in rows:
        found.setdefault(child or row["entity"], []).append(row["id"])
    return found


@lru_cache(maxsize=1_000)
def _ways_down(records: tuple[type[Record], ...], entity: str) -> Sequence[tuple[str, str]]:
    """The statements that let follow what hangs on an entity, each with the entity that it moves."""
    source = _source(records, entity)
    copies = _statement("reference_copy", source, entity, _LINK_OF_COPIES.format(entity=entity))
    own = (
        (record.entity, _statement(_quoted(record), source, entity, link))
        for record in records
        for link in _links(record, entity)
    )
    return [("", copies), *own]


def _source(records: Sequence[type[Record]], entity: str) -> str:
    """Where records of an entity stand in this database: in their own table, or as copies."""
    own = next((each for each in records if each.entity == entity), None)
    return "reference_copy" if own is None else _quoted(own)


def _links(record: type[Record], entity: str) -> Iterator[str]:
    """How rows of an entity say that they hang on a record of another: by the first filled reference."""
    earlier = ""
    for name in record.hangs_on:
        kind: Any = record.fields[name].said.kind
        if entity in (kind.among or (kind.target,)):
            named = f" and child.{kind.named_by} = '{entity}'" if kind.named_by else ""
            yield f"child.{name} = above.id{named}{earlier}"
        earlier += f" and child.{name} is null"


def _quoted(record: type[Record]) -> str:
    return f'"{record.__tablename__}"'


def _statement(table: str, source: str, entity: str, link: str) -> str:
    copies = table == "reference_copy"
    known = f" and above.entity = '{entity}'" if source == "reference_copy" else ""
    return f"""
update {table} as child set inherited = taken.over
from {source} as above, lateral (select {handed_down("above", entity)} as over) as taken
where above.id = any($1::uuid[]){known} and {link} and {PRIVATE} <> all(child.inherited)
  and child.inherited is distinct from taken.over
returning {"child.entity, " if copies else ""}child.id
"""


def handed_down(row: str, entity: str) -> str:
    """`kit.access.inheritance.handed_down` as PostgreSQL computes it."""
    way = (entity,)
    own = [
        f"select {base(way, level)}::bigint | key::bigint from unnest({row}.{column}) as key"
        for level, column in _COLUMNS.items()
    ]
    numbers = " union ".join([*_open(row, way), *own, *_from_above(row, entity)])
    return f"array(select number from ({numbers}) as numbers (number) order by number)"


def _open(row: str, way: tuple[str, ...]) -> Iterator[str]:
    closed = f"{CLOSED} = any({row}.inherited)"
    yield f"select {any_of(way)}::bigint where not {closed}"
    yield f"select {CLOSED}::bigint where {closed}"
    yield f"select {any_of(way) | CLOSED}::bigint where {closed} and {PRIVATE} <> all({row}.inherited)"


def _from_above(row: str, entity: str) -> Iterator[str]:
    if ways := lengthened(entity):
        pairs = ", ".join(f"({short}::bigint, {longer}::bigint)" for short, longer in ways)
        below = (1 << WAY_BITS) - 1
        yield (
            f"select (way.longer << {WAY_BITS}) | (number & {below}::bigint) "
            f"from unnest({row}.inherited) as number "
            f"join (values {pairs}) as way (short, longer) on way.short = number >> {WAY_BITS}"
        )
