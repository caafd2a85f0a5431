"""The way back: each record says again what it said before, unless somebody changed it since."""

from typing import Any

from kit.bulk.actions import Action, Delete, Restore
from kit.bulk.rows import Row, read
from kit.errors import Refused
from kit.records.write.work import Work

_CHANGED = "Somebody changed this record since; it stays as it is now."


class Undo(Action):
    """Takes back what an action did, for whoever did it and may do such things still.

    He reaches the records as he left them, also those that he handed over to somebody else. One that
    is otherwise by now he does not reach by this, and it is left.
    """

    undoable = False
    gives_back = True

    def __init__(self, done: Action) -> None:
        super().__init__(done.records)
        self._done = done
        self.level, self.fields = None, done.fields
        self.binned = isinstance(done, Delete)

    @property
    def method(self) -> str:
        return {Delete: "Restore", Restore: "Delete"}.get(type(self._done), "Update")

    async def do(self, work: Work, record: Any, row: Row) -> None:
        if row.version != record.version:
            raise Refused(_CHANGED)
        if isinstance(self._done, Delete):
            await self.records.take_back(work, record)
        elif isinstance(self._done, Restore):
            await self.records.discard(work, record)
        else:
            await self._reset(work, record, row)

    async def _reset(self, work: Work, record: Any, row: Row) -> None:
        """What people set goes the way of a change; what followed from it is put back as it was."""
        values = read(record, row.before or {})
        by_hand = {name: each for name, each in values.items() if name in self.fields}
        await self.records.amend(work, record, by_hand)
        for name, value in values.items():
            if name not in by_hand:
                setattr(record, name, value)
