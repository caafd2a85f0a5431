"""What a caller may filter, sort and group an entity by."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from kit.access.fields import visible
from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Field, Record
from kit.records.read.parts import PartFields
from kit.records.read.paths import Paths
from kit.records.read.touches import TOUCHES, may_touch, touches_of


class Asked(Mapping[str, Field]):
    """The fields that the caller may see, `touches`, and those of its parts and of what it refers to.

    Most lists ask for none but the first, so the others are made when they are named.
    """

    def __init__(self, policy: Policy, actor: Actor, record: type[Record]) -> None:
        self._by = (policy, actor, record)
        self._own = visible(policy, actor, record)
        self._touches = may_touch(policy, actor, record)
        self.goes_by_caller = False
        """Whether something was named that finds other rows for others who reach the same ones."""

    @cached_property
    def _parts(self) -> PartFields:
        return PartFields(*self._by)

    @cached_property
    def _paths(self) -> Paths:
        return Paths(*self._by, self._own)

    def __getitem__(self, name: str) -> Field:
        if (own := self._own.get(name)) is not None:
            return own
        if name == TOUCHES and self._touches:
            self.goes_by_caller = True
            return touches_of(*self._by)
        if (part := self._parts.find(name)) is not None:
            return part
        if (found := self._paths.find(name)) is None:
            raise KeyError(name)
        self.goes_by_caller |= self._paths.goes_by_caller(name)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        if self._touches:
            yield TOUCHES
        yield from self._parts
        yield from self._paths

    def __len__(self) -> int:
        return sum(1 for _ in self)
