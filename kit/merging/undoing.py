"""The way back of a merge: all stand again and say what they said, but for what was changed since."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.v1 import merges_pb2 as pb
from sqlalchemy import func, select, update

from kit.entity import Record
from kit.errors import NotFound, Refused
from kit.ids import record_id
from kit.merging.beside import move_back
from kit.merging.merging import hold_all, keyed_anew
from kit.merging.reverting import reverted
from kit.merging.tables import merge, moved_along
from kit.records.methods.standard import Records
from kit.records.write.work import Work

_UNDONE = "This merge was taken back already."
_TOO_LATE = "A merge is taken back for {days} days; this one is older."
_NOT_LAST = "Take back first what was merged later; then this can be taken back."


class Undoing:
    """What one call takes back of a merge of records of an entity."""

    def __init__(self, work: Work, records: Records[Any, Any]) -> None:
        self._work, self._records = work, records
        self._permit = records.permit("edit")
        self._permit.require("delete")

    async def undo(self, request: pb.UndoMergeRequest) -> pb.Unmerged:
        row = await self._merge(request)
        survivor, *others = await self._held(request, row)
        kept = await self._say_again(survivor, row)
        moved = await self._along(row)
        stayed = moved - await self._move_back(survivor, others, row.id)
        await keyed_anew(self._work, survivor)
        ids = [str(each.id) for each in others]
        await self._work.tell(survivor, "unmerged", [ids, []])
        await self._work.flush()
        for each in others:
            await self._restore(each, row.given_up.get(str(each.id), {}))
        said = {"undone_at": datetime.now(UTC), "undone_by": self._work.actor.name}
        await self._work.run(update(merge).where(merge.c.id == row.id).values(said))
        return pb.Unmerged(
            id=str(survivor.id),
            version=survivor.version,
            restored=ids,
            kept=[name for name in kept if self._permit.sees(name)],
            stayed=stayed,
        )

    async def _merge(self, request: pb.UndoMergeRequest) -> Any:
        """What the merge did; found by whoever names its survivor too."""
        mine = (
            merge.c.id == record_id(request.merge_id),
            merge.c.survivor_id == record_id(request.id),
            merge.c.entity == self._records.record.entity,
        )
        rows = await self._work.run(select(merge).where(*mine).with_for_update())
        if not rows:
            raise NotFound("There is no such merge, or it is too old to be taken back.")
        return rows[0]

    async def _held(self, request: pb.UndoMergeRequest, row: Any) -> list[Record]:
        """The survivor and the others, whoever has full access to all of them."""
        named: dict[UUID, Any] = {row.survivor_id: request}
        survivor = await self._work.get(self._records.record, row.survivor_id)
        if row.undone_at is not None:
            raise Refused(_UNDONE)
        days = self._work.process.settings.bin_days  # type: ignore[attr-defined]  # every service has it
        if row.at < datetime.now(UTC) - timedelta(days=days):
            raise Refused(_TOO_LATE.format(days=days))
        named |= dict.fromkeys(row.other_ids)
        held = await hold_all(self._work, self._records, named, binned=row.other_ids)
        if any(each.merged_into != survivor.id for each in held[1:]):
            raise Refused(_NOT_LAST)
        return held

    async def _say_again(self, survivor: Record, row: Any) -> list[str]:
        """Gives the survivor back what it said; answers the fields that somebody changed since."""
        values, kept = reverted(survivor, row.before, row.after)
        await self._records.amend(self._work, survivor, values)
        return kept

    async def _along(self, row: Any) -> int:
        counted = select(func.count()).where(moved_along.c.merge_id == row.id)
        return int(await self._work.value(counted))

    async def _move_back(self, survivor: Record, others: Sequence[Record], merge_id: UUID) -> int:
        moved = 0
        for each in others:
            back = await move_back(self._work, merge_id, each, survivor.id)
            moved += sum(back.values())
        return moved

    async def _restore(self, record: Record, given_up: Mapping[str, Any]) -> None:
        record.merged_into = None
        await self._records.take_back(self._work, record)
        for name, value in given_up.items():
            setattr(record, name, value)
        await keyed_anew(self._work, record)
