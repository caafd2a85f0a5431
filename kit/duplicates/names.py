"""Names that are nearly the same: as sets of trigrams, and as a few numbers by which such sets are found.

Two names are alike when their trigrams are, as `similarity` of PostgreSQL's pg_trgm measures it. To find
those that are, each name gets `BANDS` numbers, and alike names share one of them: of two with six in ten
trigrams in common nine in ten do, of two with eight in ten all but one in a hundred (ADR 40).
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from zlib import crc32

from kit.text.folding import words

ALIKE = 0.6
"""From here on two names are taken for one."""

BANDS, _ROWS = 5, 2
_PRIME = 4_294_967_311
_MOST_WORDS = 12
# What companies are by law, which people write or leave out.
_FORMS = frozenset(
    (
        *("ab", "ag", "aps", "as", "bv", "co", "corp", "doo", "eood", "gmbh", "inc", "kft", "kg"),
        *("lda", "limited", "llc", "llp", "ltd", "nv", "oy", "oyj", "pfa", "plc", "ra", "sa"),
        *("sarl", "sas", "sl", "sp", "spa", "srl", "zoo"),
    )
)


@lru_cache(maxsize=50_000)
def bare(name: str) -> str:
    """A name as it is compared: folded words in one order, without what a company is by law."""
    said = words(re.sub(r"(?<=\b\w)\.", "", name))[:_MOST_WORDS]
    telling = [word for word in said if word not in _FORMS]
    return " ".join(sorted(telling or said))


@lru_cache(maxsize=50_000)
def _trigrams(name: str) -> frozenset[str]:
    """Of each word, with two blanks before it and one behind, as pg_trgm has them."""
    return frozenset(
        padded[at : at + 3]
        for padded in (f"  {word} " for word in name.split())
        for at in range(len(padded) - 2)
    )


def alike(one: str, other: str) -> bool:
    """Whether two bare names are nearly the same; what differs in a number is not, as Store 1 and Store 2."""
    return _numbers(one) == _numbers(other) and similarity(one, other) >= ALIKE


def _numbers(name: str) -> list[str]:
    return [word for word in name.split() if any(map(str.isdigit, word))]


def similarity(one: str, other: str) -> float:
    """The share of trigrams that two bare names have in common, of all that either has."""
    mine, others = _trigrams(one), _trigrams(other)
    return len(mine & others) / len(mine | others) if mine and others else 0.0


def bands(name: str) -> Iterator[str]:
    """The numbers of a bare name; sets of trigrams that are alike have some in common (MinHash)."""
    codes = [crc32(each.encode()) for each in _trigrams(name)]
    if not codes:
        return
    least = [min((a * code + b) % _PRIME for code in codes) for a, b in _hashes()]
    numbers = " ".join(_numbers(name))
    for band in range(BANDS):
        yield f"{numbers}:{band}:{least[band * _ROWS : (band + 1) * _ROWS]}"


@cache
def _hashes() -> tuple[tuple[int, int], ...]:
    """The same in every process and release, or what is stored would be found no more."""
    drawn = [blake2b(bytes([number]), digest_size=8).digest() for number in range(BANDS * _ROWS)]
    return tuple((int.from_bytes(each[:4]) | 1, int.from_bytes(each[4:])) for each in drawn)
