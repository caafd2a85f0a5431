"""What a record brought, as figures above its fields."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Presenter, Titles
from gateway.web.frame.visits import Visit
from gateway.web.record.highlights import Answers, Highlight
from gateway.web.words import _
from kit.entity.presentation import Figure, Figures


@dataclass(frozen=True, slots=True)
class Result:
    """One figure with what stands small under it."""

    label: str
    text: str
    note: str


def results_of(visit: Visit) -> Iterator[Highlight]:
    if told := visit.entity.shown.figures:
        says = {name for each in told.items for name in (each.field, *each.beside)}
        yield Highlight(_shows(told), {}, says=(*says, told.others))


def _shows(told: Figures) -> Any:
    def shows(visit: Visit, record: Json, _answers: Answers, _titles: Titles) -> dict[str, Any]:
        others = _elsewhere(visit.entity, told, record, visit.presenter)
        found = [_result(visit.entity, each, record, visit.presenter) for each in told.items]
        if others:
            pairs = zip(found, told.items, strict=True)
            found = [known or _unknown(visit.entity, each) for known, each in pairs]
        first = found[0]
        if first and others and _is_nothing(record.get(told.items[0].field)):
            # Nothing in the own currency is no figure where something came in others.
            found[0], others = replace(first, text=" · ".join(others)), []
        return {
            "results": [each for each in found if each],
            "elsewhere": others,
            "elsewhere_label": told.others_label,
        }

    return shows


def _is_nothing(value: Any) -> bool:
    return not Decimal(str(value or 0))


def _result(entity: Entity, figure: Figure, record: Json, present: Presenter) -> Result | None:
    """A figure that is not known yet stays away."""
    text = _text(entity, figure.field, record, present)
    if not text:
        return None
    beside = [_text(entity, name, record, present) for name in figure.beside]
    note = " / ".join(each for each in beside if each)
    said = f"{note} {_(figure.note)}" if note and figure.note else note
    return Result(figure.label, f"{text} {figure.unit}".strip(), said)


def _unknown(entity: Entity, figure: Figure) -> Result | None:
    """That other currencies keep a figure from being known, to whoever may see it."""
    if not (figure.unknown and entity.field(figure.field)):
        return None
    return Result(figure.label, "–", _(figure.unknown))  # noqa: RUF001 - stands for no number


def _text(entity: Entity, name: str, record: Json, present: Presenter) -> str:
    field, value = entity.field(name), record.get(name)
    if field is None or value is None:
        return ""
    if field.kind == "money":
        return present.money(value, record.get(field.currency_field))
    return present.number(value)


def _elsewhere(entity: Entity, told: Figures, record: Json, present: Presenter) -> list[str]:
    """The first figure in currencies other than the record's own."""
    first, rows = entity.field(told.items[0].field), entity.field(told.others)
    if first is None or rows is None:
        return []
    own = record.get(first.currency_field)
    currency = next((each.name for each in rows.columns if each.name == first.currency_field), "")
    amount = next((each.name for each in rows.columns if each.kind in ("money", "decimal")), "")
    others = [row for row in record.get(rows.name) or [] if row.get(currency) != own]
    return [present.money(row.get(amount), row.get(currency)) for row in others]
