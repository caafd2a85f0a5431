"""What a list is asked, read once for all to whom it reads alike: its filter, order, words and fields."""

from collections.abc import Container, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_

from kit.access.permit import Permit
from kit.database.statements import Statement
from kit.entity import Record
from kit.entity.parts import parts_in
from kit.entity.record import words_in, words_of, words_query
from kit.errors import Invalid
from kit.query import Context, Order, parse, to_sql
from kit.records.read.askable_fields import Asked

PAGE, MOST = 50, 200
_LONGEST_SEARCH = 200
_SYSTEM = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Question:
    """What one list call asks; its words as they are searched for."""

    filter: str = ""
    order_by: str = ""
    words: str = ""
    size: int = PAGE
    page_token: str = ""
    fields: tuple[str, ...] = ()
    count: bool = False

    @classmethod
    def of(cls, request: Any) -> Self:
        return cls(
            request.filter,
            request.order_by,
            words_asked(request.search) if request.search else "",
            _size(request.page_size),
            request.page_token,
            tuple(request.fields),
            request.count,
        )

    @classmethod
    def of_all(cls, request: Any, fields: tuple[str, ...]) -> Self:
        """What a list asks without its pages: every row, in these fields."""
        words = words_asked(request.search) if request.search else ""
        return cls(request.filter, request.order_by, words, fields=fields)


def words_asked(search: str) -> str:
    """The words of a search, as they are looked for."""
    if len(search) > _LONGEST_SEARCH:
        raise Invalid(search=f"Search for at most {_LONGEST_SEARCH} characters.")
    return words_of(search)


def _size(wanted: int) -> int:
    """Rows on the page."""
    if wanted < 0 or wanted > MOST:
        raise Invalid(page_size=f"Ask for 1 to {MOST} rows.")
    return wanted or PAGE


@dataclass(frozen=True, slots=True)
class Listing:
    """A question as it reads to whoever sees these fields; rows and people come in as parameters."""

    record: type[Record]
    shown: tuple[str, ...]
    names: tuple[str, ...]
    """What is read: the fields that are shown, and those that say where the page ends."""
    order: Order
    where: ColumnElement[bool] | None
    found: ColumnElement[bool] | None
    veil: tuple[str, ...]
    """The keys of custom fields that are not shown."""
    lasts: bool
    """Whether it reads alike at any time, and to all who see the same fields."""
    statements: dict[Hashable, Statement] = field(default_factory=dict)


class Listings:
    """The questions that were read, as far as they last."""

    def __init__(self, most: int = 1_000) -> None:
        self._kept: dict[Hashable, Listing] = {}
        self._most = most

    def of(self, permit: Permit, question: Question, names: tuple[str, ...]) -> Listing:
        """The question as it reads to the caller, who sees the fields of these names."""
        asked = (question.filter, question.order_by, question.fields, bool(question.words))
        key = (permit.record, names, asked, permit.shape, permit.zone)
        known = self._kept.get(key)
        if known is None:
            known = _read(permit, question, names)
            if known.lasts:
                if len(self._kept) >= self._most:
                    self._kept.clear()
                self._kept[key] = known
        return known


def _read(permit: Permit, question: Question, names: tuple[str, ...]) -> Listing:
    record, fields = permit.record, Asked(permit)
    order = Order.parse(question.order_by, fields)
    custom = permit.custom.fields
    picked = chosen(question.fields, names, custom) if question.fields else _unasked(record, names)
    shown, node = (*picked, "custom"), parse(question.filter)
    return Listing(
        record=record,
        shown=shown,
        names=(*shown, *(key for key in order.keys if key not in shown)),
        order=order,
        where=None if node is None else to_sql(node, fields, context_of(permit)),
        found=found_by_words(permit) if question.words else None,
        veil=permit.custom.veil,
        # Whatever calls a function means something else to others, or on another day.
        lasts="(" not in question.filter and not fields.goes_by_caller,
    )


def found_by_words(permit: Permit) -> ColumnElement[bool]:
    """Rows with the words in a searched field that the caller may see.

    The index holds the words of all searched fields and serves whoever sees them all; with one of
    them hidden it would tell of it, and the words are made of the others. A custom field is looked
    into by itself: words stand together in one, or in the fields of the entity.
    """
    record = permit.record
    searched = [name for name, known in record.fields.items() if known.said.searched]
    own: list[Any] = [record.__table__.c[name] for name in permit.seen(searched)]
    custom = [each.column for each in permit.custom.fields.values() if each.said.searched]
    looked_into = [*([own] if own else []), *([each] for each in custom)]
    if not looked_into:
        raise Invalid(search=f"{record.plural} cannot be searched by words; use a filter.")
    return or_(*(words_in(each).bool_op("@@")(words_query()) for each in looked_into))


def context_of(permit: Permit) -> Context:
    """Who asks, when and where, for `me()`, `now()` and `today()`."""
    fields = permit.record.fields.values()
    searched = [known.column for known in fields if known.said.searched]
    person_id = permit.person_id or _SYSTEM
    return Context(person_id, datetime.now(UTC), ZoneInfo(permit.zone), searched)


def chosen(
    wanted: Sequence[str], allowed: tuple[str, ...], custom: Container[str] = ()
) -> tuple[str, ...]:
    """The fields that a caller asks for; an unknown and a hidden one read alike.

    Custom fields may be named, and are there in any case.
    """
    if not wanted:
        return allowed
    own = [name for name in wanted if name not in custom]
    for name in own:
        if name not in allowed:
            raise Invalid(fields=f"There is no field {name!r}; take one of: {', '.join(allowed)}.")
    return tuple(dict.fromkeys(("id", "version", *own)))


def _unasked(record: type[Record], names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that a list shows unasked: parts would be read for each of its records."""
    parts = parts_in(record)
    return tuple(name for name in names if name not in parts) if parts else names
