"""Where words stand in what hangs on records: the notes on them and the names of their files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, literal, select, union_all
from sqlalchemy import Text as TextType

from kit.access.clause import reachable_by_parameter
from kit.access.permit import Permit
from kit.beside.files.tables import file
from kit.beside.notes.tables import note
from kit.database.statements import Statement, Statements
from kit.describe import title_of
from kit.entity import Level
from kit.entity.record import words_in, words_query
from kit.search.asked import FILE, NOTE, Asked
from kit.search.hits import Found, Text

WEIGHED = 50
_GATHERED = 20_000
"""Of so many that have the words those are weighed whose records the viewer sees."""
_MENTION = re.compile(r"@\[([^\[\]\n]{1,200})\]\([0-9a-f-]{36}\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A table whose rows hang on records, and the text of one."""

    kind: str
    field: str
    label: str
    table: Any
    text: ColumnElement[Any]
    at: ColumnElement[Any]


NOTES = Place(NOTE, "body", "Note", note, note.c.body, note.c.worded_at)
FILES = Place(FILE, "name", "File", file, file.c.name, file.c.worded_at)
PLACES = (NOTES, FILES)


@dataclass(frozen=True, slots=True)
class Hanging:
    """What one viewer searches of one place, on the records of some entities."""

    place: Place
    permits: Sequence[Permit]

    def statement(self, kept: Statements) -> Statement:
        shapes = tuple(
            (each.record, each.sees(each.record.title), each.reach(Level.READ).shape)
            for each in self.permits
        )
        return kept.once(("search", self.place.kind, shapes), self._query)

    def given(self, asked: Asked) -> Mapping[str, Any]:
        numbers = {"words": asked.query, "limit": WEIGHED, "most": _GATHERED}
        reaches = (
            {f"{name}_{place}": each for name, each in permit.reach(Level.READ).parameters.items()}
            for place, permit in enumerate(self.permits)
        )
        return numbers | {name: each for reach in reaches for name, each in reach.items()}

    def found(self, row: Any) -> Found:
        said = _MENTION.sub(r"@\1", row.said) if self.place is NOTES else row.said
        text = Text(self.place.field, self.place.label, said)
        name = row.said if self.place is FILES else ""
        kind, part = self.place.kind, str(row.part_id)
        return Found(row.entity, row.id, str(row.title or ""), kind, row.at, [text], part, name)

    def _query(self) -> Select[Any]:
        """Those that have the words are gathered once; of each entity those count that are in reach."""
        place, has = self.place, words_in([self.place.text]).bool_op("@@")(words_query())
        some = (
            select(place.table.c.id, place.table.c.entity, place.table.c.record_id)
            .where(has)
            .limit(bindparam("most", type_=Integer))
            .cte("some")
        )
        seen = union_all(*(self._seen(some, *each) for each in enumerate(self.permits))).subquery()
        hit = place.table.c.id == seen.c.part_id
        return (
            select(seen, place.text.label("said"), place.at.label("at"))
            .join_from(seen, place.table, hit)
            .order_by(place.at.desc(), seen.c.part_id)
            .limit(bindparam("limit", type_=Integer))
        )

    def _seen(self, some: Any, place: int, permit: Permit) -> Select[Any]:
        record, table = permit.record, permit.record.__table__
        named = title_of(record) if permit.sees(record.title) else literal("", TextType())
        reach = permit.reach(Level.READ)
        within = reachable_by_parameter(record, reach, Level.READ, suffix=f"_{place}")
        on_it = (some.c.record_id == table.c.id) & (some.c.entity == record.entity)
        return select(
            some.c.id.label("part_id"), some.c.entity, table.c.id, named.label("title")
        ).join_from(some, table, on_it & within)
