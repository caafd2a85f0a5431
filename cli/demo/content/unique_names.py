"""Gives firms and people names that nobody else has yet."""

from dataclasses import dataclass, field
from random import Random

from cli.demo.content.vocabulary import Country, cultures, slug


@dataclass(frozen=True)
class Named:
    """A person's name, and an address made of it."""

    first: str
    last: str
    sex: str
    email: str


@dataclass
class Naming:
    """Remembers which names are taken."""

    firms: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def firm(self, dice: Random, country: Country, trade: str) -> str:
        """A new firm: no two begin with the same word."""
        culture = cultures().of(country)
        while True:
            stem = dice.choice(culture.firsts) + dice.choice(culture.seconds)
            if slug(stem) not in self.firms:
                self.firms.add(slug(stem))
                return f"{stem} {culture.trades[trade]}"

    def branch(self, head: str, city: str) -> str:
        """A subsidiary is called after the head and its town, and counted where there are several."""
        stem = f"{head.split(maxsplit=1)[0]} {city.partition('|')[0]}"
        number = 1
        name = stem
        while slug(name) in self.firms:
            number += 1
            name = f"{stem} {number}"
        self.firms.add(slug(name))
        return name

    def person(self, dice: Random, country: Country, domain: str) -> Named:
        culture = cultures().of(country)
        sex = dice.choice(("female", "male"))
        first = dice.choice(culture.female if sex == "female" else culture.male)
        last = dice.choice(culture.family)
        return Named(first, last, sex, self._address(f"{slug(first)}.{slug(last)}", domain))

    def _address(self, name: str, domain: str) -> str:
        number, address = 1, f"{name}@{domain}"
        while address in self.addresses:
            number += 1
            address = f"{name}{number}@{domain}"
        self.addresses.add(address)
        return address
