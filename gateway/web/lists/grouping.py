"""A table parted by a field: each group with its name, how many there are, and their totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Cell, Presenter, Titles
from kit.errors import Problem

KINDS = frozenset({"picklist", "choice", "boolean", "reference", "country", "year"})


@dataclass(frozen=True, slots=True)
class Sums:
    """How many rows a group has in all, and their sums by currency."""

    count: int = 0
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The head over the rows that have one value."""

    value: Cell
    sums: Sums | None


def groupable(field: Field) -> bool:
    """Whether few enough rows have each of its values, or many enough one of them."""
    return field.kind in KINDS and not field.of_parts and field.name != "id"


def order_of_groups(entity: Entity, field: Field) -> list[tuple[str, bool]]:
    """Groups of references go by the names of their records, and two of one name apart."""
    return [(name, False) for name in dict.fromkeys((entity.order_of(field), field.name))]


def figures_asked(field: Field, money: Field | None, filter_: str) -> dict[str, str]:
    groups = [field.name, *([money.currency_field] if money and money.currency_field else [])]
    measures = ["count", *([f"sum({money.name})"] if money else [])]
    asked = {"group_by": ",".join(dict.fromkeys(groups)), "measures": ",".join(measures)}
    return {**asked, **({"filter": filter_} if filter_ else {})}


def sums_of(
    field: Field, money: Field | None, figures: Json | Problem | None, present: Presenter
) -> Mapping[str, Sums] | None:
    """The figures by value; None while they are not to be had."""
    if not figures or isinstance(figures, Problem) or figures.get("capped"):
        return None
    found: dict[str, Sums] = {}
    for one in figures["items"]:
        group, measures = one.get("group", {}), one["measures"]
        amount = measures.get(f"sum({money.name})") if money else None
        currency = group.get(money.currency_field) if money else None
        key, more = (
            _key(group.get(field.name)),
            (present.money(amount, currency),) if amount else (),
        )
        before = found.get(key, Sums())
        found[key] = Sums(before.count + int(measures["count"]), before.totals + more)
    return found


def with_heads(
    rows: Sequence[Any],
    field: Field,
    sums: Mapping[str, Sums] | None,
    present: Presenter,
    titles: Titles,
) -> list[Any]:
    """The rows, the first of each group with its head."""
    keys = [_key(row.record.get(field.name)) for row in rows]
    first = [key != before for key, before in zip(keys, [None, *keys], strict=False)]
    return [
        replace(row, group=_head(row, key, field, sums, present, titles)) if starts else row
        for row, key, starts in zip(rows, keys, first, strict=True)
    ]


def _head(
    row: Any,
    key: str,
    field: Field,
    sums: Mapping[str, Sums] | None,
    present: Presenter,
    titles: Titles,
) -> Group:
    return Group(present.cell(field, row.record, titles), sums.get(key) if sums else None)


def _key(value: Any) -> str:
    """One value as records and figures both write it."""
    return "" if value is None else str(value).lower()
