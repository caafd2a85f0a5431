"""Countries by code and by the names that people give them in the languages spoken here."""

from collections.abc import Iterator, Mapping
from functools import cache

from kit.text.folding import typed

_LANGUAGES = ("en", "ro", "pl", "fa")
# What no list of official names has: parts that people take for the whole, and short forms.
_EVERYDAY = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "anglia": "GB",
    "marea britanie": "GB", "انگلستان": "GB", "انگلیس": "GB",
    "us": "US", "usa": "US", "u.s.": "US", "u.s.a.": "US", "america": "US", "sua": "US",
    "statele unite ale americii": "US", "stany zjednoczone ameryki": "US", "آمریکا": "US",
    "uae": "AE", "u.a.e.": "AE", "emirates": "AE", "eau": "AE", "zea": "AE",
    "holland": "NL", "olanda": "NL", "holandia": "NL",
    "turkey": "TR", "palestine": "PS", "brasil": "BR", "deutschland": "DE", "espana": "ES",
    "italia": "IT", "osterreich": "AT",
    "schweiz": "CH", "suisse": "CH", "magyarorszag": "HU", "ceska republika": "CZ",
    "czech republic": "CZ", "republica moldova": "MD", "korea": "KR", "south korea": "KR",
    "north korea": "KP", "ivory coast": "CI", "burma": "MM", "swaziland": "SZ",
    "macedonia": "MK", "cape verde": "CV", "vatican": "VA", "persia": "IR",
}  # fmt: skip


def code(text: str) -> str | None:
    """The code in ISO 3166-1 alpha-2, by either code, by number, or by name in any of the languages."""
    return _names().get(typed(text)) or _names().get(typed(text).removeprefix("the "))


@cache
def _names() -> Mapping[str, str]:
    """Names to codes, worked out when the first country is looked up; official names win."""
    return {typed(name): code for name, code in _known()}


def _known() -> Iterator[tuple[str, str]]:
    import pycountry

    yield from _EVERYDAY.items()
    codes = {country.alpha_2 for country in pycountry.countries}
    yield from ((name, code) for name, code in _in_languages() if code in codes)
    for country in pycountry.countries:
        for what in ("name", "official_name", "common_name", "alpha_2", "alpha_3", "numeric"):
            if name := getattr(country, what, None):
                yield name, country.alpha_2


def _in_languages() -> Iterator[tuple[str, str]]:
    from babel import Locale

    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            yield name, code
            # CLDR tells two of a name apart, and puts the rest of some behind a bracket.
            yield name.partition(" (")[0], code
