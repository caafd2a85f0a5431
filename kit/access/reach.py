"""Which rows of one entity a caller reaches: what the one clause and every look at a single row go by."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Reach:
    """Which rows of one entity a caller reaches: all, or those that carry one of the numbers."""

    all: bool
    keys: tuple[int, ...] = ()
    own: tuple[UUID, ...] = ()
    shared: tuple[int, ...] = ()
    inherited: tuple[int, ...] = ()

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
    def shape(self) -> tuple[bool, bool, bool]:
        """What of it makes a difference to the text of a statement."""
        return self.all, bool(self.keys), bool(self.inherited)

    def meets(self, keys: Iterable[int], inherited: Iterable[int]) -> bool:
        """Whether a row with these numbers is within it."""
        return (
            self.all
            or not set(self.keys).isdisjoint(keys)
            or not set(self.inherited).isdisjoint(inherited)
        )
