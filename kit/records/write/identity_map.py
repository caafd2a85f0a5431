"""The records that one unit of work has read, made and taken away: each row is one object."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from kit.entity import Record
from kit.entity.tracking import as_stored, is_touched

R = TypeVar("R", bound=Record)


class IdentityMap:
    """Records that are new, read, or to go."""

    def __init__(self) -> None:
        self.new: list[Record] = []
        self.gone: list[Record] = []
        self._known: dict[tuple[type[Record], UUID], Record] = {}

    def know(self, record: R) -> R:
        """Takes a record in; one that was read before stays the same object."""
        known: R = self._known.setdefault((type(record), record.id), record)  # type: ignore[assignment]  # the key says which kind it is
        return known

    @property
    def changed(self) -> Sequence[Record]:
        """What was read and is not any more as it was read."""
        return [each for each in self._known.values() if is_touched(each) and each not in self.gone]

    def touches(self, tables: frozenset[str]) -> bool:
        """Whether a look into these tables would miss something."""
        waiting = (*self.new, *self.gone, *self.changed)
        return any(each.__tablename__ in tables for each in waiting)

    def stored(self) -> None:
        """Everything stands in the database as it is here."""
        for record in (*self.new, *self.changed):
            as_stored(record)
            self.know(record)
        for record in self.gone:
            self._known.pop((type(record), record.id), None)
        self.new, self.gone = [], []
