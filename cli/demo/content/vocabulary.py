"""The vocabulary from which the demonstration company is made, read from the two files beside this."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from cli.demo.content.rows import Reference, Row, chance

_HERE = Path(__file__).parent
# Letters that no accent can be taken from.
_PLAIN = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "đ": "d"})

File = TypeVar("File")


class Country(msgspec.Struct, frozen=True):
    """A country: what its firms, towns and numbers look like."""

    code: str
    region: str
    culture: str
    currency: str
    weight: int
    legal: list[str]
    cities: list[str]
    phone: str
    mobile: str
    tax: str
    iban: str
    bank: str


class Culture(msgspec.Struct, frozen=True):
    """How people, firms and streets are called."""

    female: list[str]
    male: list[str]
    family: list[str]
    firsts: list[str]
    seconds: list[str]
    streets: list[str]
    trades: dict[str, str]


class Cultures(msgspec.Struct, frozen=True):
    """All countries and cultures."""

    countries: list[Country]
    cultures: dict[str, Culture]

    def of(self, country: Country) -> Culture:
        return self.cultures[country.culture]


class Product(msgspec.Struct, frozen=True):
    """Something the company sells, and how many of it a customer usually takes."""

    code: str
    name: str
    category: str
    series: str
    price: str
    unit: str
    usual: int
    active: bool = True

    @property
    def short(self) -> str:
        return " ".join(self.name.split()[:2])


class Plan(msgspec.Struct, frozen=True):
    """A campaign: when it is, counted in days from today, and what it brings."""

    code: str
    name: str
    type: str
    goal_type: str
    starts: int
    days: int
    gain: float
    pull: float
    audience: str
    least: int = 2_500


class Complaint(msgspec.Struct, frozen=True):
    """What a customer may write about a product."""

    type: str
    text: str


class Thing(msgspec.Struct, frozen=True):
    """Something that colleagues share."""

    name: str
    kind: str
    location: str
    capacity: int | None = None


class Talk(msgspec.Struct, frozen=True):
    """What was said in one room; an empty list of names is the room for everybody."""

    room: list[str]
    lines: list[str]


class Phrases(msgspec.Struct, frozen=True):
    """What the company sells, says, does and hears."""

    titles: list[str]
    departments: list[str]
    lost: list[str]
    won: list[str]
    next_steps: list[str]
    notes: list[str]
    remarks_on_accounts: list[str]
    remarks_on_deals: list[str]
    needs: list[str]
    reports: list[str]
    fairs: list[str]
    letters: list[str]
    tasks: list[str]
    meetings: list[str]
    calls: list[str]
    settled: list[str]
    products: list[Product]
    campaigns: list[Plan]
    problems: list[Complaint]
    resources: list[Thing]
    talks: list[Talk]


@cache
def cultures() -> Cultures:
    return _read("cultures.toml", Cultures)


@cache
def phrases() -> Phrases:
    return _read("phrases.toml", Phrases)


def slug(name: str) -> str:
    """A name as it may stand in an address: `Grünau Łąka` becomes `grunaulaka`."""
    parted = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(letter for letter in parted if letter.isascii() and letter.isalnum()).lower()


def _read(name: str, shape: type[File]) -> File:
    return msgspec.toml.decode((_HERE / name).read_bytes(), type=shape)


# How records are labelled: eight tags in two categories.
_STANDING = ("Key account", "Reference customer", "Newcomer", "At risk")
_TOPICS = ("Hardware", "Network", "Billing", "Training")
_OWN_COLOURS = {"At risk": "red", "Reference customer": "green"}
# Which tags records of a kind have, and how often one has none, one or two of them.
_USED: Mapping[str, tuple[tuple[str, ...], tuple[int, int, int]]] = {
    "accounts": (_STANDING, (5, 4, 1)),
    "contacts": ((*_STANDING[:2], "Training"), (8, 2, 0)),
    "leads": ((*_TOPICS, "Newcomer"), (4, 4, 2)),
    "opportunities": ((*_TOPICS, "Key account"), (6, 3, 1)),
    "tickets": (_TOPICS, (3, 5, 2)),
}


def tag_categories() -> Iterator[Row]:
    """What the tags of each have in common."""
    yield {"name": "Standing", "tone": "blue", "position": 1}
    yield {"name": "Topic", "tone": "amber", "position": 2}


def tags() -> Iterator[Row]:
    """The tags, some in a colour of their own."""
    for category, names in (("Standing", _STANDING), ("Topic", _TOPICS)):
        for name in names:
            row = {"name": name, "category_id": Reference("tag-categories", "name", category)}
            yield row | ({"tone": _OWN_COLOURS[name]} if name in _OWN_COLOURS else {})


def label(seed: int, rows: Mapping[str, list[Row]]) -> None:
    """Gives records their tags."""
    for plural, (names, often) in _USED.items():
        dice = chance(seed, f"labels of {plural}")
        for row in rows[plural]:
            row["tags"] = dice.sample(names, dice.choices((0, 1, 2), often)[0])
