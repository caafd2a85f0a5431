"""Decides in memory whether a record matches a filter, exactly as the database would."""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

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
from kit.query.errors import refused
from kit.query.fields import Kind, Queryable, Target, value_of
from kit.query.tree import And, Compare, Node, Not, Or, Search
from kit.query.values import read
from kit.text.folding import fold

RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(
    node: Node | None,
    fields: Mapping[str, Queryable],
    values: Mapping[str, object],
    context: Context,
) -> bool:
    """Whether a record with these values is one that the filter asks for."""
    match node:
        case None:
            return True
        case And(parts):
            # A list, not a generator: a mistake in a later part is reported whatever the values.
            return all([matches(part, fields, values, context) for part in parts])  # noqa: C419 - all of it is asked
        case Or(parts):
            return any([matches(part, fields, values, context) for part in parts])  # noqa: C419 - all of it is asked
        case Not(part):
            return not matches(part, fields, values, context)
        case Compare():
            found = conditions(node, fields, context)
            _require(found[0].target, values)
            return all(_holds(each, values) for each in found)
        case Search():
            return any(_holds(like, values) for _, like in searches(node, fields, context))


def _require(target: Target, values: Mapping[str, object]) -> None:
    """Refuses to guess what another record says: only who has it at hand can be asked along a path."""
    if target.path and target.name.partition(".")[0] not in values:
        cure = "ask for a field of its own"
        raise refused(
            f"“{target.name}” is said by another record, which is not looked at here; {cure}"
        )


def _holds(condition: Condition, values: Mapping[str, object]) -> bool:
    if condition.target.path and condition.target.path.many:
        return _holds_of_some(condition, values)
    value = _value(condition.target, values)
    match condition:
        case Missing():
            return value is None
        case Present():
            return value is not None
        case _ if value is None:
            return False
        case Like(_, pieces):
            return _like(fold(str(value)), tuple(map(fold, pieces)))
        case Holds(_, member):
            return isinstance(value, Collection) and member in value
        case Ranked(target, relation, other):
            ranked = fold(str(value)) if target.kind is Kind.TEXT else value
            return RELATIONS[relation](ranked, other)


def _holds_of_some(condition: Condition, values: Mapping[str, object]) -> bool:
    """Of the rows in a record one has to meet it; what none of them says is missing."""
    head, _, tail = condition.target.name.partition(".")
    rows: Any = values.get(head) or ()
    there = replace(condition.target, name=tail, path=None)
    if isinstance(condition, Missing):
        return not any(_holds(Present(there), row) for row in rows)
    return any(_holds(replace(condition, target=there), row) for row in rows)


def _value(target: Target, values: Mapping[str, object]) -> object:
    """The value in its real type (events write it as text); an empty list is a missing value."""
    value = value_of(target.name, values)
    if target.kind in {Kind.TEXTS, Kind.UUIDS} and isinstance(value, Collection):
        return [_real(target.kind, item) for item in value] or None
    return _real(target.kind, value)


def _real(kind: Kind, value: object) -> object:
    return read(kind, value) if isinstance(value, str) else value


def _like(text: str, pieces: tuple[str, ...]) -> bool:
    """Piece by piece from the left: linear, where a regular expression could run for ever."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    start, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True
