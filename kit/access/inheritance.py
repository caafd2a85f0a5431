"""Access that a record takes over from the one it hangs on, as numbers that row and caller compare.

A row's `inherited` holds, for each record above it, the keys of that record; the caller's side holds
the keys by which he reaches records of that entity. A key counts only on the way by which it came:
an account's key means one thing on a contact and another on an activity about one of its deals, since
deals may be private while accounts are open. So each number says the way, the level and the key.

    bits 34-62  the way, e.g. of `sales.Opportunity > parties.Account`
    bits 32-33  the level: read, edit or full; 0 with the key 0 is carried by every row of the way
                that is not closed, 0 with the key 1 by those that are, yet not themselves private
    bits  0-31  the key

A private record is reached by keys of its own alone (ADR 43): it takes over nothing, and carries two
marks instead. What hangs on it is closed: it carries one of them, and no number that opens a whole way.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from zlib import crc32

from kit.entity.levels import Level
from kit.wire.contract import facts_of

Way = tuple[str, ...]
"""The entities from the record right above a row upwards."""

WAY_BITS, LEVEL_BITS = 34, 32
_WAYS = (1 << 29) - 1
KEYS = (1 << LEVEL_BITS) - 1
_LEVELS = {Level.READ: 1, Level.EDIT: 2, Level.FULL: 3}

CLOSED, PRIVATE = 1, 2
"""The marks, on no way: of what is private or hangs on what is, and of what is private itself."""

PRIVATE_KEY = 1 << 30
"""Set in each key of a private record, so that no key that opens other records opens it."""


@cache
def any_of(way: Way) -> int:
    """The number that every row of a way carries, for those who reach all that stands there.

    Closed rows carry the next one: they are reached where the entity is open by itself.
    """
    return (crc32(" > ".join(way).encode()) & _WAYS) << WAY_BITS


def privately(keys: Iterable[int]) -> set[int]:
    """The keys as a private record carries them."""
    return {key | PRIVATE_KEY for key in keys}


def is_private(key: int) -> bool:
    """Whether private records alone carry such a key; those made up for a trial are below nothing."""
    return key > 0 and bool(key & PRIVATE_KEY)


def numbers(way: Way, level: Level, keys: Iterable[int]) -> list[int]:
    """The numbers of keys on a way."""
    first = base(way, level)
    return [first | key & KEYS for key in keys]


@cache
def base(way: Way, level: Level) -> int:
    """The number of the key 0 on a way."""
    return any_of(way) | _LEVELS[level] << LEVEL_BITS


def every_row(number: int) -> int:
    """The number that every row carries on the way of this one; a key by itself is on no way."""
    return number >> WAY_BITS << WAY_BITS or number


def key_in(number: int) -> int:
    """The key in a number; those made up for a trial are below nothing."""
    key = number & KEYS
    return key - (1 << LEVEL_BITS) if key >> (LEVEL_BITS - 1) else key


def handed_down(
    entity: str, keys: Mapping[Level, Iterable[int]], inherited: Collection[int]
) -> list[int]:
    """What a row takes over from a record of `entity` with these keys, and from those above it."""
    way = (entity,)
    own = (number for level, held in keys.items() for number in numbers(way, level, held))
    longer = dict(lengthened(entity))
    above = (
        longer[number >> WAY_BITS] << WAY_BITS | number & ((1 << WAY_BITS) - 1)
        for number in inherited
        if number >> WAY_BITS in longer
    )
    return sorted({*_open(way, frozenset(inherited)), *own, *above})


def _open(way: Way, inherited: frozenset[int]) -> Iterator[int]:
    """What a row takes over from the record right above it for those who reach all of these."""
    if CLOSED not in inherited:
        yield any_of(way)
        return
    yield CLOSED
    if PRIVATE not in inherited:
        yield any_of(way) | CLOSED


def of_nothing(parents: Sequence[str]) -> list[int]:
    """What a row carries that hangs on no record: it is as open as such records are as a whole."""
    return [any_of((parents[0],))] if parents else []


@cache
def lengthened(entity: str) -> tuple[tuple[int, int], ...]:
    """The ways above an entity, each with the same way seen from a row that hangs on it."""
    return tuple(
        (any_of(way) >> WAY_BITS, any_of((entity, *way)) >> WAY_BITS) for way in ways_above(entity)
    )


def ways_above(entity: str, passed: Way = ()) -> Iterator[Way]:
    """Every way that leads up from an entity."""
    facts = facts_of(entity)
    for parent in facts.parents if facts else ():
        if parent not in passed:
            yield (parent,)
            yield from ((parent, *way) for way in ways_above(parent, (*passed, entity)))
