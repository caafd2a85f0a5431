"""Takes in the words of what was written, in the background, and forgets those that nobody writes any more.

Words as they are typed, and their beginnings, are found by the indexes of the tables themselves, at
once. What is taken in here serves words that are spelt nearly alike, or asked for by their middle: the
words alone, which tell nothing of where they stand. A batch holds the row of its table in
`search_source`, so that of several replicas one works on it, and goes no further than what every
transaction that runs can still write: so no row is missed, and none is read twice.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from kit.beside.files.tables import file, file_text
from kit.beside.notes.tables import note
from kit.entity import Record
from kit.entity.record import words_in
from kit.records.process import Process
from kit.search.in_records import searched_in
from kit.search.tables import search_source, search_word

_AT_ONCE = 2_000
_AT_WORK_SECONDS = 1.0
"""So long of each round it works, when there is much; so that what people wait for goes first."""
_SHORTEST, _LONGEST = 3, 40
_MARGIN = "2 seconds"
"""By so much the clocks of those who write may differ from that of the database."""
_BEGINNING = {"at": datetime(2000, 1, 1, tzinfo=UTC), "after": UUID(int=0)}
_WALK_AGAIN = timedelta(days=7)
_HELD = select(search_source).with_for_update()

_UNTIL = text(f"""
select least(now(), min(xact_start)) - interval '{_MARGIN}' as until from pg_stat_activity
where datname = current_database() and application_name = 'rapport' and pid <> pg_backend_pid()
""").columns(until=DateTime(timezone=True))  # noqa: S608 - a constant of ours
_CUSTOM: Any = literal_column("(select string_agg(value, ' ') from jsonb_each_text(custom))")


@dataclass(frozen=True, eq=False)
class Source:
    """A table with words, and the moment when each of its rows got them."""

    table: Any
    at: ColumnElement[Any]
    texts: Sequence[Any]
    standing: ColumnElement[bool]
    key: str = "id"

    @property
    def name(self) -> str:
        return str(self.table.name)

    def after(self, at: Any, id_: Any) -> ColumnElement[bool]:
        return self.standing & (tuple_(self.at, self.id) > tuple_(at, id_))

    @property
    def id(self) -> Any:
        return self.table.c[self.key]


@cache
def _of(record: type[Record]) -> Source:
    table: Any = record.__table__
    texts = [*(table.c[name] for name in searched_in(record)), _CUSTOM]
    return Source(table, table.c.updated_at, texts, table.c.binned_at.is_(None))


_NOTES = Source(note, note.c.worded_at, [note.c.body], true())
_FILES = Source(file, file.c.worded_at, [file.c.name], true())
_TEXTS = Source(file_text, file_text.c.worded_at, [file_text.c.said], true(), "file_id")


def sources_of(process: Process) -> Sequence[Source]:
    """The tables of a service that have words."""
    records = (each for each in process.entities.values() if searched_in(each) and not each.a_log)
    return [*map(_of, records), _NOTES, _FILES, _TEXTS]


async def collect_words(process: Process) -> None:
    """Takes in the words of what was written since the last time, for a part of the time at most."""
    sources = tuple(sources_of(process))
    ends = time.monotonic() + _AT_WORK_SECONDS
    (until,) = await process.database.rows(_UNTIL)
    while time.monotonic() < ends:
        behind = await process.database.rows(_behind(sources), until=until.until)
        if not behind:
            return
        for source in sources:
            if source.name in {row.name for row in behind}:
                await take_in(process, source, until.until)


@cache
def _behind(sources: tuple[Source, ...]) -> Any:
    """Which tables have rows whose words were not taken in: asked all the time, in one statement."""
    held = search_source.alias("held")
    until = bindparam("until", type_=DateTime(timezone=True))
    return union_all(
        *(
            select(literal(each.name, Text()).label("name")).where(_has_more(each, held, until))
            for each in sources
        )
    )


def _has_more(source: Source, held: Any, until: Any) -> ColumnElement[bool]:
    """Whether a row stands behind what was taken in; a table that was never looked at has none before."""
    mine = held.c.name == source.name
    at, after = (
        func.coalesce(
            select(held.c[name]).where(mine).scalar_subquery(), literal(value, held.c[name].type)
        )
        for name, value in _BEGINNING.items()
    )
    rows = select(source.id).where(source.after(at, after), source.at < until)
    return rows.order_by(source.at, source.id).limit(1).exists()


async def take_in(process: Process, source: Source, until: Any) -> None:
    """One batch of a table; a replica that is at it is left to it."""
    async with process.database.transaction() as transaction:
        begin = insert(search_source).values(name=source.name, **_BEGINNING, began_at=func.now())
        await transaction.count(begin.on_conflict_do_nothing())
        mine = search_source.c.name == source.name
        held = select(search_source).where(mine).with_for_update(skip_locked=True)
        row = await transaction.row(held)
        if row is None:
            return
        given = {"at": row.at, "after": row.after, "until": until, "began": row.began_at}
        last = await transaction.row(_taking(source), **given)
        if last is not None:
            moved = search_source.update().where(mine).values(at=last.at, after=last.id)
            await transaction.count(moved)


@cache
def _taking(source: Source) -> Any:
    """Keeps the new words of some rows, and tells the last of these."""
    at, until, began = (
        bindparam(name, type_=DateTime(timezone=True)) for name in ("at", "until", "began")
    )
    after = bindparam("after", type_=Uuid())
    some = (
        select(source.at.label("at"), source.id.label("id"), words_in(source.texts).label("words"))
        .where(source.after(at, after), source.at < until)
        .order_by(source.at, source.id)
        .limit(_AT_ONCE)
        .cte("some")
    )
    each = func.unnest(func.tsvector_to_array(some.c.words), type_=Text()).label("word")
    said = select(each).distinct().subquery("said")
    met = (search_word.c.word == said.c.word) & (search_word.c.seen_at >= began)
    known = select(search_word.c.word).where(met).exists()
    fits = func.length(said.c.word).between(_SHORTEST, _LONGEST)
    new = insert(search_word).from_select(
        ["word", "seen_at"], select(said.c.word, func.now()).where(fits, ~known)
    )
    seen = {"seen_at": new.excluded.seen_at}
    kept = new.on_conflict_do_update(index_elements=["word"], set_=seen)
    last = select(some.c.at, some.c.id).order_by(some.c.at.desc(), some.c.id.desc()).limit(1)
    return last.add_cte(kept.returning(search_word.c.word).cte("kept"))


async def forget_words(process: Process) -> None:
    """Forgets what was not met when all tables were last gone through, and now and then begins anew."""
    async with process.database.transaction() as transaction:
        held = await transaction.rows(_HELD)
        (until,) = await transaction.rows(_UNTIL)
        sources = tuple(sources_of(process))
        if not held or await transaction.rows(_behind(sources), until=until.until):
            return
        began = min(each.began_at for each in held)
        await transaction.count(search_word.delete().where(search_word.c.seen_at < began))
        if began < until.until - _WALK_AGAIN:
            await transaction.count(
                search_source.update().values(**_BEGINNING, began_at=func.now())
            )
