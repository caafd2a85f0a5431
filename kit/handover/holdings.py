"""What a person has in this service: the records that name her where somebody has them, open or ended."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, any_, bindparam, false, func, or_, select

from kit.access.clause import standing
from kit.entity import Governs, Record, References, Steps

# Not required, since a list of states is written out before the values are known.
PERSON = bindparam("person", type_=Uuid(), required=False)


def handed_over(records: Iterable[type[Record]]) -> Iterator[type[Record]]:
    """The entities whose records people have: no set-up, which nobody works on, no talk and no log."""
    for record in records:
        set_up = record.governed_by != Governs.RECORDS
        if not (set_up or record.confidential or record.a_log):
            yield record


@cache
def counted(record: type[Record]) -> Select[Any]:
    """How many a person has, and how many of those have ended."""
    numbers: Any = (func.count(), func.count().filter(ended(record)))
    return select(*numbers).where(*_had(record))


@cache
def held(record: type[Record], *, also_ended: bool) -> Select[Any]:
    """The ids of what a person has, in their order."""
    going = () if also_ended else (~ended(record),)
    return select(record.__table__.c.id).where(*_had(record), *going)


def _had(record: type[Record]) -> tuple[ColumnElement[bool], ...]:
    return standing(record.__table__), or_(*(_names(record, name) for name in record.assigned_by))


def _names(record: type[Record], name: str) -> ColumnElement[bool]:
    column = record.__table__.c[name]
    if isinstance(record.fields[name].said.kind, References):
        return any_(column) == PERSON
    return column == PERSON


def ended(record: type[Record]) -> ColumnElement[bool]:
    """Whether a record is settled, by its steps, by the day that it ended, or since its time is over."""
    columns, found = record.__table__.c, list[ColumnElement[bool]]()
    for name, known in record.fields.items():
        if isinstance(known.said.kind, Steps):
            found.append(columns[name].in_(sorted(known.said.kind.closed)))
    found += [columns[name].is_not(None) for name in record.endings]
    if record.over_from:
        found.append(columns[record.over_from] <= func.now())
    return or_(false(), *found)
