"""Turns a comparison as written into conditions with real values, alike for both evaluators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from kit.query.errors import refused, shown
from kit.query.fields import WANTED, Kind, Queryable, Target, find
from kit.query.tree import Call, Compare, Search, Word
from kit.query.values import read
from kit.text.folding import fold

LISTS = frozenset({Kind.TEXTS, Kind.UUIDS})
RANKED = frozenset({Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.INSTANT})


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, when and where; searched columns count only when they are among the fields."""

    me: UUID
    now: datetime
    zone: tzinfo
    searched: Sequence[ColumnElement[Any]] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """The field has no value."""

    target: Target


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value."""

    target: Target


@dataclass(frozen=True, slots=True)
class Like:
    """The text reads as the pieces, with anything between them, whatever case and accents."""

    target: Target
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The value stands in this relation to another."""

    target: Target
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Holds:
    """The list holds the value."""

    target: Target
    value: object


Condition = Missing | Present | Like | Ranked | Holds


def conditions(
    node: Compare, fields: Mapping[str, Queryable], context: Context
) -> tuple[Condition, ...]:
    """What must hold, all of it, for the comparison to be true."""
    try:
        target = find(node.name, fields)
        if isinstance(node.value, Word) and (found := _presence(target, node, node.value)):
            return (found,)
        return _valued(target, node.operator, node.value, context)
    except OverflowError:
        beyond = f"{node.value.text}, which is beyond the calendar; choose a day nearer to now"
        raise refused(f"“{node.name}” cannot be {beyond}") from None
    except (LookupError, ValueError) as problem:
        raise refused(str(problem.args[0])) from None


def searches(
    node: Search, fields: Mapping[str, Queryable], context: Context
) -> list[tuple[str, Like]]:
    """A condition for each searched field that the caller may see; one of them must hold."""
    pieces = ("", *node.value.pieces, "")
    own = ((name, fields[name]) for name in fields if "." not in name)
    found = [
        Like(Target(name, Kind.TEXT, field.column, (), field.nullable), pieces)
        for name, field in own
        if any(column.shares_lineage(field.column) for column in context.searched)
    ]
    if not found:
        example = f"{_first_text(fields)}:{node.value.text}"
        raise refused(f"Nothing is searched here for a word alone; name a field, as in {example}")
    return [(condition.target.name, condition) for condition in found]


def _first_text(fields: Mapping[str, Queryable]) -> str:
    return next((name for name in fields if fields[name].kind is Kind.TEXT), "name")


def _presence(target: Target, node: Compare, value: Word) -> Condition | None:
    if value.anything and node.operator == ":":
        return Present(target)
    if not value.missing:
        return None
    if node.operator != "=":
        reason = "is compared with null by = or != alone, as in"
        raise ValueError(f"“{target.name}” {reason} {target.name} != null")
    return Missing(target)


def _valued(
    target: Target, operator: str, value: Word | Call, context: Context
) -> tuple[Condition, ...]:
    if target.kind in LISTS:
        return (Holds(target, _member(target, operator, value, context)),)
    if operator not in "=:" and target.kind not in RANKED:
        raise ValueError(f"“{target.name}” has no order; compare it by = or !=")
    if target.kind is Kind.INSTANT:
        return _instants(target, operator, _moment(target, value, context))
    if target.kind is Kind.TEXT and isinstance(value, Word):
        return (_text(target, operator, value),)
    relation = "=" if operator == ":" else operator
    return (Ranked(target, relation, _scalar(target, value, context)),)


def _member(target: Target, operator: str, value: Word | Call, context: Context) -> object:
    if operator != ":":
        example = f"{target.name}:{value.text}"
        raise ValueError(f"“{target.name}” is a list; ask what it holds, as in {example}")
    said = _scalar(target, value, context)
    return target.means(str(said)) if target.means else said


def _text(target: Target, operator: str, value: Word) -> Condition:
    if operator == "=":
        return Like(target, value.pieces)
    if operator == ":":
        return Like(target, ("", *value.pieces, ""))
    return Ranked(target, operator, fold(value.text))


def _scalar(target: Target, value: Word | Call, context: Context) -> object:
    if isinstance(value, Call):
        return _called(target, value, context)
    if target.kind is Kind.PICKLIST and target.choices and value.text not in target.choices:
        choices = ", ".join(target.choices)
        raise _unfit(target, shown(value.text), f"use one of {choices}")
    return _read(target, target.kind, value.text)


def _read(target: Target, kind: Kind, text: str) -> object:
    try:
        return read(kind, text)
    except ValueError:
        raise _unfit(target, shown(text), f"give it {WANTED[target.kind]}") from None


def _called(target: Target, call: Call, context: Context) -> object:
    match call.name, target.kind:
        case "me", Kind.UUID | Kind.UUIDS:
            return context.me
        case "today", Kind.DATE | Kind.INSTANT:
            return context.now.astimezone(context.zone).date() + timedelta(days=call.days)
        case "now", Kind.INSTANT:
            return context.now.astimezone(UTC) + timedelta(days=call.days)
    raise _unfit(target, call.text, f"give it {WANTED[target.kind]}")


def _unfit(target: Target, value: str, cure: str) -> ValueError:
    return ValueError(f"“{target.name}” cannot be {value}; {cure}")


def _moment(target: Target, value: Word | Call, context: Context) -> object:
    """An instant, or the first and last moment of a day in the person's own zone."""
    if isinstance(value, Word) and len(value.text) > len("2026-01-31"):
        return _read(target, Kind.INSTANT, value.text)
    found = (
        _called(target, value, context)
        if isinstance(value, Call)
        else _read(target, Kind.DATE, value.text)
    )
    if isinstance(found, date) and not isinstance(found, datetime):
        return _midnight(found, context.zone), _midnight(found + timedelta(days=1), context.zone)
    return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _instants(target: Target, operator: str, moment: object) -> tuple[Condition, ...]:
    if not isinstance(moment, tuple):
        return (Ranked(target, "=" if operator == ":" else operator, moment),)
    start, end = moment
    match operator:
        case "<" | ">=":
            return (Ranked(target, operator, start),)
        case "<=":
            return (Ranked(target, "<", end),)
        case ">":
            return (Ranked(target, ">=", end),)
        case _:
            return (Ranked(target, ">=", start), Ranked(target, "<", end))
