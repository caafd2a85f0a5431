"""Where words stand in what hangs on records: the notes on them, the names of their files and their text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select, union_all
from sqlalchemy import Text as TextType

from kit.access.clause import reachable_by_parameter
from kit.access.permit import Permit
from kit.beside.files.tables import file, file_text
from kit.beside.notes.tables import note
from kit.database.statements import Statement, Statements
from kit.describe import title_of
from kit.entity import Level
from kit.entity.record import words_in, words_query
from kit.search.asked import FILE, NOTE, Asked
from kit.search.hits import Found, Text

WEIGHED = 50
_BEFORE, _PIECE = 300, 1_200
_GATHERED = 10_000
"""Of so many that have the words those are weighed whose records the viewer sees."""
_MENTION = re.compile(r"@\[([^\[\]\n]{1,200})\]\([0-9a-f-]{36}\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Rows that hang on records, and the text of one."""

    kind: str
    field: str
    label: str
    rows: Any
    hangs: Any
    """The table whose rows name the record."""
    text: ColumnElement[Any]
    at: ColumnElement[Any]
    piece: ColumnElement[Any]
    """As much of the text as is looked at."""
    name: ColumnElement[Any]
    """What the row is called, if it is called anything."""


def _around() -> ColumnElement[Any]:
    """Of a long text what stands around the first of the words."""
    first = func.regexp_instr(func.folded(file_text.c.said), bindparam("any", type_=TextType()))
    return func.substr(file_text.c.said, func.greatest(first - _BEFORE, 1), _PIECE)


_NAMELESS = literal("", TextType())
_OF_FILES = file_text.join(file, file.c.id == file_text.c.file_id)
NOTES = Place(
    NOTE, "body", "Note", note, note, note.c.body, note.c.worded_at, note.c.body, _NAMELESS
)
FILES = Place(
    FILE, "name", "File", file, file, file.c.name, file.c.worded_at, file.c.name, file.c.name
)
TEXTS = Place(
    FILE,
    "text",
    "Text",
    _OF_FILES,
    file,
    file_text.c.said,
    file_text.c.worded_at,
    _around(),
    file.c.name,
)
PLACES = (NOTES, FILES, TEXTS)


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
        return kept.once(("search", self.place.field, shapes), self._query)

    def given(self, asked: Asked) -> Mapping[str, Any]:
        numbers = {"words": asked.query, "limit": WEIGHED, "most": _GATHERED}
        reaches = (
            {f"{name}_{place}": each for name, each in permit.reach(Level.READ).parameters.items()}
            for place, permit in enumerate(self.permits)
        )
        told = {name: each for reach in reaches for name, each in reach.items()}
        return numbers | told | {"any": "|".join(asked.needles)}

    def found(self, row: Any) -> Found:
        said = _MENTION.sub(r"@\1", row.said) if self.place is NOTES else row.said
        text = Text(self.place.field, self.place.label, said)
        kind, title = self.place.kind, str(row.title or "")
        cut = self.place is TEXTS
        return Found(
            row.entity, row.id, title, kind, row.at, [text], str(row.part_id), row.name, cut
        )

    def _query(self) -> Select[Any]:
        """Those that have the words are gathered once; of each entity those count that are in reach.

        What they say is read of the newest of these alone.
        """
        place, hangs = self.place, self.place.hangs.c
        has = words_in([place.text]).bool_op("@@")(words_query())
        few = (
            select(hangs.id, hangs.entity, hangs.record_id, place.at.label("at"))
            .select_from(place.rows)
            .where(has)
            .limit(bindparam("most", type_=Integer))
            .cte("few")
        )
        seen = union_all(*(self._seen(few, *each) for each in enumerate(self.permits))).subquery()
        newest = (
            select(seen)
            .order_by(seen.c.at.desc(), seen.c.part_id)
            .limit(bindparam("limit", type_=Integer))
            .subquery("newest")
        )
        said = (place.piece.label("said"), place.name.label("name"))
        return select(newest, *said).select_from(
            place.rows.join(newest, hangs.id == newest.c.part_id)
        )

    def _seen(self, few: Any, place: int, permit: Permit) -> Select[Any]:
        record, table = permit.record, permit.record.__table__
        named = title_of(record) if permit.sees(record.title) else literal("", TextType())
        reach = permit.reach(Level.READ)
        within = reachable_by_parameter(record, reach, Level.READ, suffix=f"_{place}")
        on_it = (few.c.record_id == table.c.id) & (few.c.entity == record.entity)
        return select(
            few.c.id.label("part_id"), few.c.entity, few.c.at, table.c.id, named.label("title")
        ).join_from(few, table, on_it & within)
