"""What stands in a cell as people see it: numbers to 15 digits, days and moments by the cell's format."""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal

NUMBER, PERCENT, DAY, MOMENT, CLOCK, LASTING = range(6)
"""What a format makes of a number."""

UTC_SIGN = '"Z"'
"""What our own workbooks write behind moments, which they keep in UTC."""

# ECMA-376, part 1, 18.8.30: formats that need no words, by their numbers.
_BUILT_IN = {
    9: PERCENT, 10: PERCENT, 14: DAY, 15: DAY, 16: DAY, 17: DAY, 18: CLOCK, 19: CLOCK, 20: CLOCK,
    21: CLOCK, 22: MOMENT, 45: CLOCK, 46: LASTING, 47: CLOCK,
    **dict.fromkeys((27, 28, 29, 30, 31, 36, *range(50, 59)), DAY),
    **dict.fromkeys((32, 33, 34, 35), CLOCK),
}  # fmt: skip
_LASTING = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_SAID = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_WHOLE = re.compile(r"-?\d{1,15}")
_DIGITS = 15
_MS_A_DAY = 86_400_000
_LAST_DAY = 2_958_465
_LEAP_THAT_WAS_NONE = 60
_EPOCH, _EPOCH_BEFORE = datetime(1899, 12, 30), datetime(1899, 12, 31)  # noqa: DTZ001 - a spreadsheet knows no zones
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - as above


class Form:
    """How one style of a workbook shows a number."""

    def __init__(self, number: int, code: str = "", *, since_1904: bool = False) -> None:
        self.what = _what(code) if code else _BUILT_IN.get(number, NUMBER)
        self._since_1904 = since_1904
        self._sign = "Z" if UTC_SIGN in code and self.what == MOMENT else ""

    def text(self, value: str) -> str:
        """The number as its cell shows it, but that days are written as ISO 8601 has them."""
        if self.what == NUMBER:
            return value if _WHOLE.fullmatch(value) else _shortest(float(value))
        number = float(value)
        if not math.isfinite(number):
            return value
        if self.what == PERCENT:
            return f"{_shortest(number * 100)}%"
        if self.what == LASTING:
            return _lasting(number)
        return self._told(number)

    def _told(self, number: float) -> str:
        moment = self._moment(number)
        if moment is None:
            return _shortest(number)
        if self.what == DAY:
            return moment.date().isoformat()
        if self.what == CLOCK and 0 <= number < 1:
            return moment.time().isoformat(_unit(moment))
        return moment.isoformat("T", _unit(moment)) + self._sign

    def _moment(self, number: float) -> datetime | None:
        """The moment that so many days lead to; a spreadsheet has no days before its first."""
        if not 0 <= number < _LAST_DAY + 1:
            return None
        since = _EPOCH_1904
        if not self._since_1904:
            # It takes 1900 for a leap year, since the first of its kind did.
            since = _EPOCH if number >= _LEAP_THAT_WAS_NONE else _EPOCH_BEFORE
        try:
            return since + timedelta(milliseconds=round(number * _MS_A_DAY))
        except OverflowError:
            return None


def _what(code: str) -> int:
    if _LASTING.search(code):
        return LASTING
    bare = _SAID.sub("", code.partition(";")[0]).casefold()
    if "%" in bare:
        return PERCENT
    if "general" in bare:
        return NUMBER
    day, clock = bool(set("yd") & set(bare)), bool(set("hs") & set(bare))
    if day and clock:
        return MOMENT
    return DAY if day else CLOCK if clock else DAY if "mm" in bare else NUMBER


def _shortest(number: float) -> str:
    """As many digits as a spreadsheet shows: what binary adds behind them is nobody's."""
    if not math.isfinite(number):
        return str(number)
    return f"{Decimal(f'{number:.{_DIGITS}g}'):f}"


def _unit(moment: datetime) -> str:
    return "milliseconds" if moment.microsecond else "seconds"


def _lasting(number: float) -> str:
    minutes, seconds = divmod(round(abs(number) * _MS_A_DAY / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if number < 0 else ''}{hours}:{minutes:02}:{seconds:02}"
