"""Which rows of one entity a caller reaches: what the one clause and every look at a single row go by."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from kit.access.inheritance import CLOSED, Way, any_of, numbers
from kit.entity.levels import Level


@dataclass(frozen=True)
class Reach:
    """Which rows of one entity a caller reaches: all, or those that carry one of the numbers.

    Rows with the mark `apart` among what they inherit are reached by a number even where all are.
    """

    all: bool
    keys: tuple[int, ...] = ()
    own: tuple[UUID, ...] = ()
    shared: tuple[int, ...] = ()
    inherited: tuple[int, ...] = ()
    apart: int = 0

    @property
    def everything(self) -> bool:
        """Whether no row has to be looked at."""
        return self.all and not self.apart

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What the statements of kit/records call it."""
        return {
            "keys": self.keys,
            "own": self.own,
            "shared": self.shared,
            "inherited": self.inherited,
        }

    @cached_property
    def shape(self) -> tuple[bool, int, bool, bool]:
        """What of it makes a difference to the text of a statement."""
        return self.all, self.apart, bool(self.keys), bool(self.inherited)

    def meets(self, keys: Iterable[int], inherited: Collection[int]) -> bool:
        """Whether a row with these numbers is within it."""
        return (
            (self.all and self.apart not in inherited)
            or not set(self.keys).isdisjoint(keys)
            or not set(self.inherited).isdisjoint(inherited)
        )


Ways = Mapping[Way, Reach]
"""What a caller reaches of the records on each way up."""


def taken_over(ways: Ways, level: Level) -> Iterator[int]:
    """The numbers by which rows are reached through what they hang on."""
    for way, reach in ways.items():
        if reach.all:
            yield any_of(way)
        if reach.all and reach.apart != CLOSED:
            yield any_of(way) | CLOSED
        yield from numbers(way, level, reach.keys)
