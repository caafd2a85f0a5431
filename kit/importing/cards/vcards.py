"""Cards of people (vCard 3.0, RFC 2426, and 4.0, RFC 6350): a row each, under the names of our fields."""

import re
from collections.abc import Iterator, Sequence
from typing import IO

from kit.errors import Invalid
from kit.importing.cards.content import Property, properties
from kit.importing.file import names
from kit.importing.workbook.rows import Row

BEGIN = b"BEGIN:VCARD"
"""How such a file begins."""

HEADING = [
    "First name", "Last name", "Nickname", "Account", "Department", "Job title", "E-mail", "Phone",
    "Mobile", "Fax", "Street", "City", "Region", "Postal code", "Country", "Date of birth", "Website",
    "Description", "UID",
]  # fmt: skip

_KEPT = frozenset(
    {
        "BEGIN", "END", "VERSION", "KIND", "N", "FN", "NICKNAME", "ORG", "TITLE", "EMAIL", "TEL", "ADR",
        "BDAY", "URL", "NOTE", "UID",
    }
)  # fmt: skip
_VERSIONS = ("3.0", "4.0")
_GROUP = "group"
_MOST = 1_000
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_CELL, _FAX = {"cell", "mobile"}, {"fax", "pager"}


def rows(file: IO[bytes]) -> Iterator[Row]:
    """The heading, and a row for each card that is of somebody and not of a group."""
    yield 1, HEADING
    card: list[Property] = []
    depth = 0
    for each in properties(file, _KEPT):
        if each.name == "BEGIN":
            depth += 1
            card = [each] if depth == 1 else card
        elif each.name == "END":
            depth = max(0, depth - 1)
            if depth == 0 and card:
                yield from _told(card)
                card = []
        elif depth == 1 and len(card) < _MOST:
            card.append(each)


def _told(card: Sequence[Property]) -> Iterator[Row]:
    version = _text(card, "VERSION")
    if version not in _VERSIONS:
        told = f"Line {card[0].line:,}: this card is of version {version[:20] or 'none'};"
        raise Invalid(file=f"{told} export the cards as vCard 3.0 or 4.0.")
    if _text(card, "KIND").lower() != _GROUP:
        yield card[0].line, _cells(card)


def _cells(card: Sequence[Property]) -> list[str]:
    first, last = _name(card)
    org = _parts(card, "ORG", 2)
    _, _, street, city, region, code, country = _parts(card, "ADR", 7)
    phone, mobile, fax = _numbers(card)
    return [
        first, last, _text(card, "NICKNAME"), *org, _text(card, "TITLE"), _text(card, "EMAIL"),
        phone, mobile, fax, street, city, region, code, country, _day(card), _text(card, "URL"),
        _text(card, "NOTE"), _text(card, "UID"),
    ]  # fmt: skip


def _of(card: Sequence[Property], name: str) -> list[Property]:
    """What a card says under a name, the most wanted first."""
    return sorted((each for each in card if each.name == name), key=lambda each: each.preference)


def _text(card: Sequence[Property], name: str) -> str:
    return next((each.text for each in _of(card, name)), "")


def _parts(card: Sequence[Property], name: str, number: int) -> list[str]:
    found = next((each.parts for each in _of(card, name)), [])
    return [*found[:number], *[""] * (number - len(found))]


def _name(card: Sequence[Property]) -> tuple[str, str]:
    """As it is taken apart there, else as people write the whole."""
    last, first, middle, *_ = _parts(card, "N", 5)
    if first or last:
        return " ".join(filter(None, (first, middle))), last
    return names.split(_text(card, "FN"))


def _numbers(card: Sequence[Property]) -> tuple[str, str, str]:
    told = [(each.types, each.text.removeprefix("tel:")) for each in _of(card, "TEL")]
    phones = (number for types, number in told if not types & (_CELL | _FAX))
    mobiles = (number for types, number in told if types & _CELL)
    faxes = (number for types, number in told if "fax" in types)
    return next(phones, ""), next(mobiles, ""), next(faxes, "")


def _day(card: Sequence[Property]) -> str:
    """A birthday of which the year is not said is none that could be kept."""
    found = _DAY.fullmatch(_text(card, "BDAY"))
    return "-".join(found.groups()) if found else ""
