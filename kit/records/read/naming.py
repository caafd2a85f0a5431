"""Whom and what records and lines of history name: ids by the entity that they lead to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from kit.entity import Record, Reference, References, Rows
from kit.entity.kinds import PERSON, ActorName

Wanted = Mapping[str, set[UUID]]
"""Ids by the entity whose records they name."""

_Found = dict[str, set[UUID]]
_NAMES = (Reference, References, ActorName)


def referred_to(record: type[Record], names: Sequence[str], rows: Iterable[Any]) -> Wanted:
    """Whom and what rows name in these fields, in whose order their values stand."""
    found: _Found = {}
    places = [(names.index(name), name) for name in _referring(record) if name in names]
    for row in rows:
        for place, name in places:
            if row[place]:
                _take(found, record, name, row[place], lambda beside: _beside(names, row, beside))  # noqa: B023 - called before the loop goes on
    return found


def _take(
    found: _Found, record: type[Record], name: str, value: Any, beside: Callable[[str], str]
) -> None:
    kind = record.fields[name].said.kind
    if isinstance(kind, Rows):
        for line in msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value:
            for column, target in _columns(kind):
                found.setdefault(target, set()).update(_ids(line.get(column)))
    else:
        found.setdefault(_target(record, name, beside), set()).update(_ids(value))


@cache
def _referring(record: type[Record]) -> tuple[str, ...]:
    return tuple(
        name
        for name, known in record.fields.items()
        if (isinstance(known.said.kind, _NAMES) and name != "id")
        or (isinstance(known.said.kind, Rows) and _columns(known.said.kind))
    )


def _columns(kind: Rows) -> list[tuple[str, str]]:
    """The columns of rows that name records, with the entity of each."""
    names: Iterable[Any] = (each for each in kind.row.columns if isinstance(each.kind, _NAMES))
    return [(each.name, each.kind.target) for each in names]


def _beside(names: Sequence[str], row: Any, name: str) -> str:
    return str(row[names.index(name)] or "") if name in names else ""


def _target(record: type[Record], name: str, beside: Callable[[str], str]) -> str:
    """The entity to which a field leads; where it may be one of several, the field beside it says it."""
    kind: Any = record.fields[name].said.kind
    if kind.target:
        return str(kind.target)
    says = says_where(record, name)
    told = beside(says)
    return str(record.presentation.targets.get(says, {}).get(told, told))


def says_where(record: type[Record], name: str) -> str:
    """The field beside a reference to anything that says what kind of record it names."""
    stem, kind = name.removesuffix("_id"), record.fields[name].said.kind
    beside = (f"{stem}_entity", f"{stem}_kind")
    named_by = getattr(kind, "named_by", "")
    return named_by or next((each for each in beside if each in record.fields), "")


def _ids(value: Any) -> Iterable[UUID]:
    """The ids in a value: one, several, or none where the system stands in place of a person."""
    several = value if isinstance(value, list) else [value]
    return [known for each in several if (known := _id(each)) is not None]


def _id(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


def named_in(record: type[Record], changes: Mapping[str, Sequence[Any]], actor: str) -> Wanted:
    """Whom and what a line of history names: who did it, and what stood there before and after."""
    found: _Found = {PERSON: set(_ids(actor))}
    for name in changes.keys() & set(_referring(record)):
        if isinstance(record.fields[name].said.kind, Rows):
            for side in changes[name]:
                _take(found, record, name, side or (), str)
        elif target := getattr(record.fields[name].said.kind, "target", ""):
            for side in changes[name]:
                found.setdefault(target, set()).update(_ids(side))
    return found


def merged(each: Iterable[Wanted]) -> Wanted:
    """What all of them name."""
    found: _Found = {}
    for one in each:
        for entity, ids in one.items():
            found.setdefault(entity, set()).update(ids)
    return found
