"""`touches`, by which a filter finds records that name another one, or something that hangs on it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    and_,
    any_,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from kit.access.permit import Permit
from kit.entity import Field, Level, Record, References
from kit.entity.fields import said
from kit.records.read.paths import reached
from kit.references.copies.tables import reference_copy

TOUCHES = "touches"
# What stands in the bin still has touched what it hangs on.
_NAMED: list[ColumnElement[str]] = [literal_column("'live'"), literal_column("'binned'")]


def touches_of(permit: Permit) -> Field:
    """The field by which a filter asks whether a record touches another."""
    record = permit.record
    below = or_(false(), *_within(permit))
    named = [record.__table__.c[name] for name in record.touches]
    return Field(
        TOUCHES,
        said(References(), "Touches"),
        func.array_remove(_joined(named), None),
        nullable=False,
        holds=lambda value: _touches(named, value, below),
    )


def may_touch(permit: Permit) -> bool:
    """Whether there is such a field for the caller: one who may not see a reference has none."""
    touches = permit.record.touches
    return bool(touches) and permit.hidden.isdisjoint(touches)


def _joined(named: list[Any]) -> ColumnElement[Any]:
    """All ids that the references hold, as one list."""
    found: Any = literal([], ARRAY(Uuid()))
    for column in named:
        join = func.array_cat if isinstance(column.type, ARRAY) else func.array_append
        found = join(found, column)
    return found  # type: ignore[no-any-return]  # columns of any table


def _touches(named: list[Any], value: UUID, below: ColumnElement[bool]) -> ColumnElement[bool]:
    """One list of ids for each reference, so that each has the use of its own index."""
    wanted = literal(value, Uuid())
    hanging = select(reference_copy.c.id).where(reference_copy.c.parent_id == wanted, below)
    ids = func.array_append(func.array(hanging.scalar_subquery()), wanted, type_=ARRAY(Uuid()))
    return or_(
        *(
            column.bool_op("&&")(ids) if isinstance(column.type, ARRAY) else column == any_(ids)
            for column in named
        )
    )


def _within(permit: Permit) -> Iterator[ColumnElement[bool]]:
    """The copies that the caller may see, by entity: what hangs where is told of no others."""
    for entity in _entities(permit.record):
        there = permit.another(entity)
        # The reference to what it hangs on, by whatever name, may be hidden.
        hidden = any(name.endswith("_id") for name in there.hidden)
        if "view" in there.rights and not hidden:
            copy = reference_copy.c
            within = reached(copy, there.reach(Level.READ))
            yield and_(copy.entity == entity, copy.state.in_(_NAMED), within)


def _entities(record: type[Record]) -> list[str]:
    """The entities of which a record may name records by these references."""
    kinds: list[Any] = [record.fields[name].said.kind for name in record.touches]
    found = (each for kind in kinds for each in getattr(kind, "among", ()) or (kind.target,))
    return list(dict.fromkeys(found))
