"""Kinds that hold numbers, money and yes or no; none of them is ever a float."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Boolean as BooleanType
from sqlalchemy import Integer as IntegerType
from sqlalchemy import Numeric
from sqlalchemy.types import TypeEngine

from kit.entity.kinds.kind import Kind
from kit.query import Kind as Comparison

N = TypeVar("N", int, Decimal)


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number."""

    name: ClassVar[str] = "integer"
    comparison: ClassVar[Comparison] = Comparison.INTEGER
    low: int | None = None
    high: int | None = None

    def column(self) -> TypeEngine[Any]:
        return IntegerType()

    def parse(self, value: Any) -> int | None:
        if isinstance(value, str) and not value.strip():
            return None
        try:
            number = int(value)
        except (TypeError, ValueError) as wrong:
            raise ValueError("Write a whole number.") from wrong
        return _within(number, -(2**31) if self.low is None else self.low, self.high or 2**31 - 1)


def _within(number: N, low: N, high: N) -> N:
    if number < low:
        raise ValueError(f"The least is {low}.")
    if number > high:
        raise ValueError(f"The most is {high}.")
    return number


@dataclass(frozen=True)
class Year(Integer):
    """A year of the calendar: a name rather than an amount, 2009 and never 2,009."""

    name: ClassVar[str] = "year"
    low: int | None = 800
    high: int | None = 2100


@dataclass(frozen=True)
class Decimals(Kind):
    """An exact decimal number, kept as it was written; text on the wire, so that nothing rounds it."""

    name: ClassVar[str] = "decimal"
    comparison: ClassVar[Comparison] = Comparison.DECIMAL
    digits: int = 20
    places: int = 4

    def column(self) -> TypeEngine[Any]:
        return Numeric()

    def parse(self, value: Any) -> Decimal | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            return self._fitting(Decimal(text))
        except InvalidOperation as wrong:
            raise ValueError("Write a number like 1234.50, without separators.") from wrong

    def _fitting(self, number: Decimal) -> Decimal:
        if not number.is_finite():
            raise ValueError("Write a number.")
        if number != round(number, self.places):
            raise ValueError(f"Use at most {self.places} decimals.")
        limit = Decimal(10) ** (self.digits - self.places)
        return _within(number, -limit + 1, limit - 1)

    def show(self, value: Any) -> str:
        return f"{value:f}"


@dataclass(frozen=True)
class Money(Decimals):
    """An exact amount in the currency that the field named `currency` holds."""

    name: ClassVar[str] = "money"
    currency: str = "currency"


@dataclass(frozen=True)
class Percent(Decimals):
    """A share of a hundred, 0 to 100."""

    name: ClassVar[str] = "percent"
    digits: int = 9
    places: int = 2
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100)

    def _fitting(self, number: Decimal) -> Decimal:
        return _within(super()._fitting(number), self.low, self.high)


@dataclass(frozen=True)
class Boolean(Kind):
    """Yes or no."""

    name: ClassVar[str] = "boolean"
    comparison: ClassVar[Comparison] = Comparison.BOOLEAN

    def column(self) -> TypeEngine[Any]:
        return BooleanType()

    def parse(self, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if not text:
            return None
        if text not in _TRUTH:
            raise ValueError("Write true or false.")
        return _TRUTH[text]


_TRUTH = {"true": True, "yes": True, "1": True, "on": True} | {
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}
