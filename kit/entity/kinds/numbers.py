"""Kinds that hold numbers, money and yes or no; none of them is ever a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Boolean as BooleanType
from sqlalchemy import Integer as IntegerType
from sqlalchemy import Numeric
from sqlalchemy.types import TypeEngine

from kit.entity.kinds.kind import Kind
from kit.query import Kind as Comparison

N = TypeVar("N", int, Decimal)
_LEAST, _MOST = -(2**31), 2**31 - 1
# Python would also read 1_000 and the digits of other scripts, which the filter language does not.
_WHOLE = re.compile("[+-]?[0-9]{1,20}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


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
        text = str(value).strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise ValueError("Write a whole number, without separators.")
        low = _LEAST if self.low is None else self.low
        return _within(int(text), low, _MOST if self.high is None else self.high)


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
        if not _NUMBER.fullmatch(text):
            raise ValueError("Write a number like 1234.50, without separators.")
        return self._fitting(Decimal(text))

    def _fitting(self, number: Decimal) -> Decimal:
        limit = Decimal(10) ** (self.digits - self.places)
        # Ahead of writing it out, which takes a digit for each step of the exponent.
        _within(number, -limit + 1, limit - 1)
        if number != round(number, self.places):
            raise ValueError(f"Use at most {self.places} decimals.")
        return Decimal(written(number))

    def show(self, value: Any) -> str:
        return written(value)


def written(number: Decimal) -> str:
    """A number in plain digits: no exponent, and no nothing below zero."""
    return f"{number:f}" if number else f"{abs(number):f}"


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
