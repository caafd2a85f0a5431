"""What a unit of work has read and means to write while nobody has asked for its session."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from kit.entity import Record

R = TypeVar("R", bound=Record)


class Pending:
    """Records that are new, read, or to go; a session takes them over when it is opened."""

    def __init__(self) -> None:
        self.new: list[Record] = []
        self.gone: list[Record] = []
        self._known: dict[tuple[type[Record], UUID], Record] = {}

    def know(self, record: R) -> R:
        """Takes a record in; one that was read before stays the same object."""
        known: R = self._known.setdefault((type(record), record.id), record)  # type: ignore[assignment]
        return known

    @property
    def changed(self) -> Sequence[Record]:
        """What was read and is not any more as it was read."""
        return [each for each in self._known.values() if _modified(each) and each not in self.gone]

    def touches(self, kind: type[Record]) -> bool:
        """Whether a look into the table would miss something of this kind."""
        return any(isinstance(each, kind) for each in (*self.new, *self.changed, *self.gone))

    def hand_over(self, session: Session) -> None:
        """Gives everything to a session."""
        session.add_all(self.new)
        session.add_all(self._known.values())
        for record in self.gone:
            session.delete(record)


def _modified(record: Record) -> bool:
    return bool(inspect(record).modified)
