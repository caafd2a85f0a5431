"""What a caller may filter, sort and group an entity by."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from kit.access.permit import Permit
from kit.entity import Field
from kit.records.read.parts import PartFields
from kit.records.read.paths import Paths
from kit.records.read.shared import SHARED, shared_of
from kit.records.read.touches import TOUCHES, may_touch, touches_of


class Asked(Mapping[str, Field]):
    """The fields that the caller may see, those that no record shows, of its parts, of what it names.

    Most lists ask for none but the first, so the others are made when they are named.
    """

    def __init__(self, permit: Permit) -> None:
        self._permit = permit
        self._own = permit.fields
        self._touches = may_touch(permit)
        self.goes_by_caller = False
        """Whether something was named that finds other rows for others who reach the same ones."""

    @cached_property
    def _parts(self) -> PartFields:
        return PartFields(self._permit)

    @cached_property
    def _paths(self) -> Paths:
        return Paths(self._permit, self._own)

    def __getitem__(self, name: str) -> Field:
        if (own := self._own.get(name)) is not None:
            return own
        if name == TOUCHES and self._touches:
            self.goes_by_caller = True
            return touches_of(self._permit)
        if name == SHARED:
            self.goes_by_caller = True
            return shared_of(self._permit)
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
        yield SHARED
        yield from self._parts
        yield from self._paths

    def __len__(self) -> int:
        return sum(1 for _ in self)
