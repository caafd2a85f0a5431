"""Where words stand in the fields of records: a few that have them, by what the viewer sees of each."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, and_, bindparam, literal, or_, select

from kit.access.clause import reachable_by_parameter
from kit.access.permit import Permit
from kit.database.statements import Statement, Statements
from kit.describe import title_of
from kit.entity import Level, Record
from kit.entity.kinds import LongText
from kit.entity.kinds import Text as TextKind
from kit.entity.record import words_in, words_query
from kit.search.asked import RECORD, Asked
from kit.search.hits import Found, texts_of
from kit.text.folding import folded

WEIGHED = 50
"""So many of an entity are looked at closely, and ranked."""
_GATHERED = 1_000
"""Of so many that have the words, the newest are weighed; no more are gathered, however many there are."""
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Searched:
    """What one viewer searches of one entity."""

    permit: Permit

    @property
    def record(self) -> type[Record]:
        return self.permit.record

    @property
    def columns(self) -> Mapping[str, ColumnElement[Any]]:
        """The searched fields in his sight, custom ones among them, and what names the record."""
        table: Any = self.record.__table__
        named = (self.title,) if self.title else ()
        own = dict.fromkeys((*named, *self.permit.seen(searched_in(self.record))))
        return {**{name: table.c[name] for name in own}, **self._custom}

    @property
    def _custom(self) -> Mapping[str, ColumnElement[Any]]:
        fields = self.permit.custom.fields.items()
        return {name: each.column for name, each in fields if each.said.searched}

    @property
    def labels(self) -> Mapping[str, str]:
        fields = {**self.record.fields, **self.permit.custom.fields}
        return {name: fields[name].said.label for name in self.columns}

    @property
    def title(self) -> str:
        """The field that names a record, if he may see it; what people say goes by no name."""
        named = _by_name(self.record) and self.permit.sees(self.record.title)
        return self.record.title if named else ""

    @property
    def shape(self) -> Hashable:
        """What makes a difference to the statement."""
        names = tuple(self.columns)
        return self.record, names, self.title, self.permit.reach(Level.READ).shape

    def statement(self, kept: Statements) -> Statement:
        return kept.once(("search", self.shape), self._query)

    def given(self, asked: Asked) -> Mapping[str, Any]:
        reach = self.permit.reach(Level.READ).parameters
        ends = {"whole": asked.whole, "end": asked.whole + _LAST}
        return {**reach, **ends, "words": asked.query, "limit": WEIGHED, "most": _GATHERED}

    def found(self, row: Any) -> Found:
        title = str(row[2] or "")
        texts = texts_of(row, self.labels, self.title)
        return Found(self.record.entity, row[0], title, RECORD, row[1], texts)

    def _query(self) -> Select[Any]:
        """The newest that have the words, and those whose name begins with all that was typed.

        The second are found by the order of names, however many have the words somewhere.
        """
        table: Any = self.record.__table__
        some = self._shown(self._has_the_words()).limit(bindparam("most", type_=Integer)).subquery()
        limit = bindparam("limit", type_=Integer)
        found = select(some).order_by(some.c[1].desc(), some.c[0]).limit(limit)
        if not self.title:
            return found
        name = folded(table.c[self.title])
        begins = and_(name >= _text("whole"), name < _text("end"))
        named = self._shown(begins).order_by(name, table.c.id).limit(limit)
        return select(found.subquery()).union_all(select(named.subquery()))  # type: ignore[return-value]  # a union is selected from alike

    def _shown(self, condition: ColumnElement[bool]) -> Select[Any]:
        table: Any = self.record.__table__
        title = title_of(self.record) if self.title else literal("", Text())
        seen = (each.label(f"said_{place}") for place, each in enumerate(self.columns.values()))
        reach = self.permit.reach(Level.READ)
        return select(table.c.id, table.c.updated_at, title.label("title"), *seen).where(
            condition, reachable_by_parameter(self.record, reach, Level.READ)
        )

    def _has_the_words(self) -> ColumnElement[bool]:
        """By the index over all searched fields, and then, where one is hidden, by those in sight."""
        own = searched_in(self.record)
        seen = self.permit.seen(own)
        ways = list(self._custom_ways())
        if seen:
            every = _has(self.record, own)
            ways.append(every if seen == own else and_(every, _has(self.record, seen)))
        return or_(*ways)

    def _custom_ways(self) -> Iterator[ColumnElement[bool]]:
        for each in self._custom.values():
            yield words_in([each]).bool_op("@@")(words_query())


def searched_in(record: type[Record]) -> tuple[str, ...]:
    """The fields of an entity itself in which people look for words."""
    return tuple(name for name, known in record.fields.items() if known.said.searched)


def is_searched(permit: Permit) -> bool:
    """Whether the caller finds records of this entity by words."""
    custom = any(each.said.searched for each in permit.custom.fields.values())
    seen = custom or bool(permit.seen(searched_in(permit.record)))
    return seen and "view" in permit.rights and not permit.record.a_log


def _has(record: type[Record], names: tuple[str, ...]) -> ColumnElement[bool]:
    table: Any = record.__table__
    has: ColumnElement[bool] = words_in([table.c[name] for name in names]).bool_op("@@")(
        words_query()
    )
    return has


def _by_name(record: type[Record]) -> bool:
    """Whether its names are in an order of their own."""
    kind = record.fields[record.title].said.kind if record.title in record.fields else None
    return isinstance(kind, TextKind) and not isinstance(kind, LongText)


def _text(name: str) -> Any:
    return bindparam(name, type_=Text())
