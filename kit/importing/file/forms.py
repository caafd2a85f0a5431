"""How files write days and numbers, read into the one form that fields take."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache

DAYS = {
    "ymd": "year, month, day (2020-12-31)",
    "dmy": "day, month, year (31.12.2020, 31/12/20)",
    "mdy": "month, day, year (12/31/2020)",
}
"""Forms of days by name, in words."""

NUMBERS = {"1,234.56": "decimal point (1,234.56)", "1.234,56": "decimal comma (1.234,56)"}
"""Forms of numbers by name, in words; blanks and apostrophes may part thousands in both."""

POINT, COMMA = NUMBERS
_DAY = re.compile(
    r"(?P<a>\d{1,4}|[^\W\d_]+\.?)(?P<sign>[./\- ]|, ?) ?(?P<b>\d{1,2}|[^\W\d_]+\.?)"
    r"(?:[./\- ]|, ?) ?(?P<c>\d{1,4})\.?(?:(?:[Tt, ]| +)(?P<time>\d.*))?"
)
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r" ?([Zz]|UTC|[+-]\d{2}:?\d{2})?"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
# Blanks, apostrophes and the Arabic sign part thousands; a point or comma joins them in `_NUMBER`.
_GROUP = "[ '\u2019\u00a0\u202f\u066c"
_MINUS = "-\u2212"
_NUMBER = {
    POINT: re.compile(rf"(\d+|[1-9]\d{{0,2}}(?:{_GROUP},]\d{{2,3}})*{_GROUP},]\d{{3}})?(?:[.\u066b](\d+))?"),
    COMMA: re.compile(rf"(\d+|[1-9]\d{{0,2}}(?:{_GROUP}.]\d{{2,3}})*{_GROUP}.]\d{{3}})?(?:[,\u066b](\d+))?"),
}  # fmt: skip
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_AROUND = "$€£¥₺₽﷼₴₹%  \t\u00a0\u202f"
_CENTURY = 69
_LANGUAGES = ("en", "ro", "pl", "fa", "de", "fr")

Moment = tuple[date, time | None, tzinfo | None]
"""A day, and its time and zone as far as the text says them."""


def day(text: str, form: str) -> str:
    """The day in ISO 8601; what stands behind it, such as a midnight, is left out."""
    if _ISO.fullmatch(text):
        return text
    found = _moment(text, form)
    return text if found is None else found[0].isoformat()


def instant(text: str, form: str, zone: tzinfo) -> str:
    """The moment in RFC 3339; without a zone that of the person, without a time the day's begin."""
    found = _moment(text, form)
    if found is None:
        return text
    known, clock, said = found
    moment = datetime.combine(known, clock or time(), said or zone)
    return moment.isoformat()


def number(text: str, form: str) -> str:
    """The number with a point and without groups, signs of currencies or brackets."""
    if _PLAIN.fullmatch(text) and form == POINT:
        return text
    found = _figure(text, form)
    if found is None and form != POINT:
        raise ValueError(f"{text!r} is no number with a {NUMBERS[form]}.")
    return text if found is None else found


def day_forms(text: str) -> frozenset[str]:
    """The forms in which this is a day; one that begins with the year is one in each."""
    return _day_forms(text)


@lru_cache(maxsize=16_384)
def _day_forms(text: str) -> frozenset[str]:
    return frozenset(form for form in DAYS if _reads(text, form))


def _reads(text: str, form: str) -> bool:
    try:
        return _moment(text, form) is not None
    except ValueError:
        return False


@lru_cache(maxsize=16_384)
def number_forms(text: str) -> dict[str, str]:
    """What this says in each form in which it is a number."""
    read = ((form, _figure(text, form)) for form in NUMBERS)
    return {form: value for form, value in read if value is not None}


def is_plain(text: str) -> bool:
    """Whether a number needs no form to be understood."""
    return bool(_PLAIN.fullmatch(text))


def is_whole(value: str) -> bool:
    """Whether a number has no fraction but zeros."""
    return not value.partition(".")[2].strip("0")


def whole(value: str) -> str:
    """The number without a fraction of zeros, as spreadsheets write whole numbers at times."""
    before, _, after = value.partition(".")
    return before if before and after and not after.strip("0") else value


@lru_cache(maxsize=16_384)
def _moment(text: str, form: str) -> Moment | None:
    """The parts of a day and its time; None where it looks like none, ValueError where it is none."""
    parts = _DAY.fullmatch(text.strip())
    clock = _clock(parts["time"]) if parts and parts["time"] else (None, None)
    if parts is None or clock is None:
        return None
    first, second, third = parts["a"], parts["b"], parts["c"]
    found = _ordered(first, second, third, form, dotted=parts["sign"] == ".")
    return None if found is None else (found, *clock)


def _ordered(first: str, second: str, third: str, form: str, *, dotted: bool) -> date | None:
    if len(first) == 4 and first.isdecimal():  # noqa: PLR2004 - a year written out
        return _date(first, second, third)
    if not first.isdecimal():
        return _date(third, first, second) if second.isdecimal() else None
    if not second.isdecimal():
        return _date(third, second, first)
    if form == "ymd" or (form == "mdy" and dotted):
        # Nobody writes months first with points between.
        raise ValueError(f"'{first} {second} {third}' needs the form of the column: dmy or mdy.")
    return _date(third, first, second) if form == "mdy" else _date(third, second, first)


def _date(year: str, month: str, known: str) -> date:
    number_of = int(month) if month.isdecimal() else _months().get(month.casefold().rstrip("."), 0)
    try:
        return date(_year(year), number_of, int(known))
    except ValueError as wrong:
        raise ValueError(f"There is no day {known} in month {month} of {year}.") from wrong


def _year(text: str) -> int:
    """Two digits mean the hundred years up to 2068, as POSIX has it."""
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= _CENTURY else 2000)  # noqa: PLR2004 - a year of two digits


def _clock(text: str) -> tuple[time, tzinfo | None] | None:
    parts = _TIME.fullmatch(text.strip())
    if parts is None:
        return None
    hour, minute, second, fraction, half, zone = parts.groups()
    hours = int(hour) % 12 + (12 if half in "Pp" else 0) if half else int(hour)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return time(hours, int(minute), int(second or 0), micro), _zone(zone)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "z", "UTC"):
        return timezone.utc  # noqa: UP017 - a zone like the others here
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] == "-" else away)


@cache
def _months() -> dict[str, int]:
    return dict(_month_names())


def _month_names() -> Iterator[tuple[str, int]]:
    from babel import Locale

    for language in _LANGUAGES:
        locale = Locale(language)
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in locale.months[use][width].items():
                    yield name.casefold().rstrip("."), month


def _figure(text: str, form: str) -> str | None:
    bare = text.strip(_AROUND)
    minus = bare[:1] in _MINUS or (bare[:1] == "(" and bare[-1:] == ")")
    bare = bare.strip("()").lstrip("+" + _MINUS).strip(_AROUND) if bare else ""
    parts = _NUMBER[form].fullmatch(bare)
    if not bare or parts is None:
        return None
    whole = "".join(filter(str.isdecimal, parts[1] or "0"))
    return f"{'-' if minus else ''}{whole}{'.' if parts[2] else ''}{parts[2] or ''}"
