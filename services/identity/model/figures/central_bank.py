"""The files of the European Central Bank: a line of currencies, and a line of their rates for each day."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kit.entity import CURRENCIES
from kit.errors import Invalid
from services.identity.model.figures.exchange_rates import ExchangeRate

SOURCE = "European Central Bank"
_RATE, _DAY = (ExchangeRate.fields[name].said.kind for name in ("rate", "day"))
_CODE = re.compile("[A-Z]{3}")
_NOTHING = {"", "N/A"}
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of a file."""

    currency: str
    day: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateFile:
    """What a file says, the latest day first, and the currencies in it that nobody uses any more."""

    rates: Sequence[Rate]
    passed_over: Sequence[str]


def read_file(text: str) -> RateFile:
    """Reads a file; Invalid names the first line that is none of such a file."""
    lines = csv.reader(text.splitlines(), skipinitialspace=True)
    try:
        currencies = _heading(next(lines, []))
        found = [each for line in lines for each in _rates(line, currencies, lines.line_num)]
    except csv.Error as wrong:
        raise Invalid(csv=f"Line {lines.line_num} cannot be read: {wrong}.") from None
    latest_first = sorted(found, key=lambda each: (-each.day.toordinal(), each.currency))
    return RateFile(latest_first, [each for each in currencies if each not in CURRENCIES])


def _heading(line: Sequence[str]) -> list[str]:
    first, *rest = [each.strip().lstrip("\ufeff") for each in line] or [""]
    # Each line of the bank ends in a comma.
    currencies = rest[:-1] if rest[-1:] == [""] else rest
    sound = all(map(_CODE.fullmatch, currencies))
    if first != "Date" or not sound or not 0 < len(currencies) <= _MOST_COLUMNS:
        told = "begin with “Date” and go on with currencies, as in: Date, USD, JPY"
        raise Invalid(csv=f"The first line has to {told}.")
    if len(set(currencies)) < len(currencies):
        raise Invalid(csv="The first line names a currency twice; take one of the two columns out.")
    return currencies


def _rates(line: Sequence[str], currencies: Sequence[str], number: int) -> Iterator[Rate]:
    """The rates of one day; what was not set that day, or is no currency any more, is none."""
    if not any(each.strip() for each in line):
        return
    day, *cells = [each.strip() for each in line]
    if len(cells) not in (len(currencies), len(currencies) + 1):
        told = f"{len(cells)} columns after the day, and the first line names {len(currencies)}."
        raise Invalid(csv=f"Line {number} has {told}")
    for currency, cell in zip(currencies, cells, strict=False):
        if cell not in _NOTHING and currency in CURRENCIES:
            yield Rate(currency, _day(day, number), _rate(cell, currency, number))


def _day(text: str, number: int) -> date:
    """`2026-11-27` in the file of all days, `27 November 2026` in that of one."""
    try:
        day: date = _DAY.parse(text) if "-" in text else _DAY.parse(_spelt_out(text))
    except ValueError:
        told = "write it as 2026-11-27 or as 27 November 2026"
        raise Invalid(csv=f"Line {number}: “{text[:40]}” is no day; {told}.") from None
    return day


def _spelt_out(text: str) -> str:
    return datetime.strptime(text, "%d %B %Y").date().isoformat()  # noqa: DTZ007 - a day has no zone


def _rate(cell: str, currency: str, number: int) -> Decimal:
    try:
        rate: Decimal = _RATE.parse(cell)
    except ValueError as wrong:
        raise Invalid(csv=f"Line {number}, {currency}: {wrong}") from None
    if rate <= 0:
        raise Invalid(csv=f"Line {number}, {currency}: Give a number above 0.")
    return rate
