"""Turns the tree of a filter into SQL in which every value is a bound parameter."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Text,
    Uuid,
    and_,
    func,
    literal,
    not_,
    or_,
    true,
)
from sqlalchemy.types import TypeEngine

from kit.query.conditions import (
    Condition,
    Context,
    Holds,
    Like,
    Missing,
    Present,
    Ranked,
    conditions,
    searches,
)
from kit.query.fields import Kind, Path, Queryable, Target
from kit.query.tree import And, Compare, Node, Not, Or, Search
from kit.text.folding import fold, folded

RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.DECIMAL: Numeric(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
    Kind.INSTANT: DateTime(timezone=True),
    Kind.UUID: Uuid(),
    Kind.PICKLIST: Text(),
    Kind.TEXTS: ARRAY(Text()),
    Kind.UUIDS: ARRAY(Uuid()),
    Kind.CUSTOM: Text(),
}


def to_sql(
    node: Node | None, fields: Mapping[str, Queryable], context: Context
) -> ColumnElement[bool]:
    """The condition of a WHERE; a missing value satisfies only `= null` and what is negated."""
    match node:
        case None:
            return true()
        case And(parts):
            return and_(*(to_sql(part, fields, context) for part in parts))
        case Or(parts):
            return or_(*(to_sql(part, fields, context) for part in parts))
        case Not(part):
            return _inverse(part, fields, context)
        case Compare():
            return and_(*map(_condition, conditions(node, fields, context)))
        case Search():
            return or_(*(_condition(like) for _, like in searches(node, fields, context)))


def bound(kind: Kind, value: object) -> ColumnElement[Any]:
    """A parameter with the type of the field, so that asyncpg is never left to guess."""
    return literal(value, TYPES[kind])


def _inverse(part: Node, fields: Mapping[str, Queryable], context: Context) -> ColumnElement[bool]:
    """Two-valued: NOT in SQL would lose the rows whose value is missing."""
    if isinstance(part, Compare):
        match conditions(part, fields, context):
            case (Missing(target),):
                return _condition(Present(target))
            case (Present(target),):
                return _condition(Missing(target))
            case found if found[0].target.path or not found[0].target.nullable:
                return not_(and_(*map(_condition, found)))
    return to_sql(part, fields, context).is_not(true())


def _condition(condition: Condition) -> ColumnElement[bool]:
    if condition.target.path:
        return _along(condition.target.path, condition)
    match condition:
        case Missing(target):
            return _missing(target)
        case Present(target):
            return _present(target)
        case Like(target, pieces):
            return _reads(folded(target.column), tuple(map(fold, pieces)))
        case Holds(target, value) if target.holds:
            return target.holds(value)
        case Holds(target, value):
            return target.column.bool_op("@>")(bound(target.kind, [value]))
        case Ranked(target, relation, value):
            found: ColumnElement[bool] = RELATIONS[relation](
                ranked(target), bound(target.kind, value)
            )
            return found


def _along(path: Path, condition: Condition) -> ColumnElement[bool]:
    """Of the record referred to; what has none is missing all that it could have."""
    there = replace(condition.target, column=path.column, path=None)
    if isinstance(condition, Missing):
        return not_(path.leads(_present(there)))
    return path.leads(_condition(replace(condition, target=there)))


def _missing(target: Target) -> ColumnElement[bool]:
    if target.kind in {Kind.TEXTS, Kind.UUIDS}:
        return func.coalesce(func.cardinality(target.column), 0) == 0
    return target.column.is_(None)


def _present(target: Target) -> ColumnElement[bool]:
    if target.kind in {Kind.TEXTS, Kind.UUIDS}:
        return func.cardinality(target.column) > 0
    return target.column.is_not(None)


def ranked(target: Target) -> ColumnElement[Any]:
    """What a field is compared and sorted by: of text its folded form."""
    return folded(target.column) if target.kind is Kind.TEXT else target.column


def _reads(text: ColumnElement[str], pieces: tuple[str, ...]) -> ColumnElement[bool]:
    """A text without wildcards is looked up in the index over the folded form."""
    if len(pieces) == 1:
        return text == bound(Kind.TEXT, pieces[0])
    return text.like(bound(Kind.TEXT, _pattern(pieces)))


def _pattern(pieces: tuple[str, ...]) -> str:
    return "%".join(
        piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for piece in pieces
    )
