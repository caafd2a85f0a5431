"""The way back: each record says again what it said before, unless somebody changed it since."""

from typing import Any

from kit.bulk.actions import Action, Delete, Restore
from kit.bulk.rows import Row, read
from kit.errors import Refused
from kit.records.methods.standard import Records
from kit.records.write.work import Work

TAKE_BACK = "take-back"
"""What the bulk is asked that takes back what a file made and changed; nobody else asks it."""

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


class TakeBack(Action):
    """Takes back what the lines of a file did, for whoever took it in: what they made goes into the bin."""

    level = None
    undoable = False
    gives_back = True

    def __init__(self, records: Records[Any, Any]) -> None:
        super().__init__(records)
        records.permit("view")

    @property
    def method(self) -> str:
        return "Update"

    async def do(self, work: Work, record: Any, row: Row) -> None:
        if row.version != record.version:
            raise Refused(_CHANGED)
        if row.before is None:
            await self._unmake(work, record)
        else:
            await self._reset(work, record, row)

    async def _unmake(self, work: Work, record: Any) -> None:
        work.permit(type(record)).require("delete")
        if "Delete" not in self.records.shape.methods:
            raise Refused(f"{record.plural} are not deleted.")
        await self.records.discard(work, record)

    async def _reset(self, work: Work, record: Any, row: Row) -> None:
        """What people set goes the way of a change; what followed from it is put back as it was."""
        permit = work.permit(type(record))
        permit.require("edit")
        values = read(record, row.before or {})
        by_hand = {name: each for name, each in values.items() if self._is_set(record, name)}
        for name in by_hand:
            permit.require_settable([name], new=name in self.records.amends)
        await self.records.amend(work, record, by_hand)
        for name, value in values.items():
            if name not in by_hand:
                setattr(record, name, value)

    def _is_set(self, record: Any, name: str) -> bool:
        """Whether people, and so a file, set a field; what its rules fill in they do not."""
        known = record.fields.get(name)
        return known is None or known.said.editable or name in self.records.amends
