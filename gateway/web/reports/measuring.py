"""How what a report reckons reads: a sum with its currency, a share in percent, a change in both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Presenter
from gateway.web.words import _

KINDS: Mapping[str, str] = {
    "sum": "%(field)s, sum",
    "avg": "%(field)s, average",
    "median": "%(field)s, median",
    "min": "%(field)s, least",
    "max": "%(field)s, greatest",
    "share": "%(field)s, share",
}
"""What can be reckoned of a number, in the order in which it is offered."""
_MEASURE = re.compile(r"(\w+)\((.+)\)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report, and how it was in the period before."""

    value: Decimal | None
    text: str = ""
    was: Decimal | None = None
    before: str = ""
    change: str = ""
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Measuring:
    """One measure of a report."""

    name: str
    kind: str
    field: Field | None = None

    @classmethod
    def of(cls, entity: Entity, name: str) -> "Measuring":
        parts = _MEASURE.fullmatch(name)
        if parts is None:
            return cls(name, name)
        return cls(name, parts[1], entity.askable(parts[2]) or Field(parts[2], parts[2]))

    @property
    def label(self) -> str:
        if self.field is None:
            return _("Share") if self.kind == "share" else _("Count")
        return _(KINDS.get(self.kind, "%(field)s"), field=self.field.label)

    @property
    def adds_up(self) -> bool:
        """Whether the figures of groups make that of all of them."""
        return self.kind in {"count", "sum", "share"}

    @property
    def currency_key(self) -> str:
        """By which group an amount says its currency; empty for what is none."""
        if self.field is None or self.kind == "share" or self.field.kind != "money":
            return ""
        head = self.field.name.rpartition(".")[0] if not self.field.of_parts else ""
        return f"{head}.{self.field.currency_field}" if head else self.field.currency_field

    def figure(
        self, item: Mapping[str, Any], before: Mapping[str, Any] | None, present: Presenter
    ) -> Figure:
        """The number of one group, beside that of the same group before."""
        said, was = item["measures"].get(self.name), (before or {}).get("measures", {})
        value = _number(said)
        text = self.says(said, item, present)
        if before is None:
            return Figure(value, text)
        earlier = _number(was.get(self.name))
        change = _change(value, earlier)
        return Figure(
            value,
            text,
            earlier,
            self.says(was.get(self.name), item, present) or "0",
            present.number(f"{change:+.1f}").replace("+", "") if change is not None else "",
            rises=bool(change is not None and change >= 0),
        )

    def says(self, said: str | None, item: Mapping[str, Any], present: Presenter) -> str:
        if said is None:
            return ""
        if self.kind == "share":
            return f"{present.number(said)} %"
        if key := self.currency_key:
            return present.money(said, item["group"].get(key))
        if self.field and self.field.kind in {"date", "instant"}:
            return present.day(said)
        number = _number(said)
        # An average has as many places as anybody reads.
        return present.number(round(number, 2)) if number is not None else said


def _change(value: Decimal | None, before: Decimal | None) -> Decimal | None:
    """In percent of what it was; of nothing there is no percent."""
    if not before:
        return None
    return ((value or Decimal(0)) - before) / abs(before) * 100


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
