"""Telephone numbers: as they are kept, as people read them, and as machines dial them.

A number that says its country is kept in E.164 form, with its extension as RFC 3966 has it:
`+12065550100;ext=12`. One that does not is kept as it is written.
"""

import re
from functools import lru_cache

_LEAST_DIGITS = 3
_EXTENSION = r"(?:;ext=|extension|ext\.?|int\.?|x)\s*(\d{1,20})"
_LOCAL = re.compile(rf"([\d\s()./*#,-]+)(?:{_EXTENSION})?", re.IGNORECASE)


def kept(text: str) -> str:
    """A number as it is stored, or ValueError with a sentence for the person who wrote it."""
    if text.startswith(("+", "00")):
        return _with_country(f"+{text[2:]}" if text.startswith("00") else text)
    if not _LOCAL.fullmatch(text) or sum(map(str.isdecimal, text)) < _LEAST_DIGITS:
        raise ValueError("Write a telephone number, like +40 21 123 4567 or 021 123 4567 ext 12.")
    return text


@lru_cache(maxsize=4096)
def readable(number: str) -> str:
    """A number as people read it: `+1 206 555 0100 ext. 12`; what is none stays as it is."""
    main, _, extension = number.partition(";ext=")
    shown = _spaced(main) if main.startswith("+") else main.strip()
    return f"{shown} ext. {extension}" if extension else shown


def dialled(number: str) -> str:
    """A number as a `tel:` address holds it (RFC 3966), without what is there for the eye."""
    parts = _LOCAL.fullmatch(number.removeprefix("+"))
    if parts is None:
        return number
    main = "+" * number.startswith("+") + re.sub(r"[^\d*#]", "", parts[1])
    return f"{main};ext={parts[2]}" if parts[2] else main


def _with_country(text: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as wrong:
        raise ValueError("Write the number like +40 21 123 4567.") from wrong
    if not phonenumbers.is_possible_number(number):
        raise ValueError("This number has too few or too many digits.")
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{whole};ext={number.extension}" if number.extension else whole


def _spaced(number: str) -> str:
    """In groups as its country writes them, with blanks between them (ITU-T E.123)."""
    import phonenumbers

    try:
        known = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    shown = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace("-", " ")
