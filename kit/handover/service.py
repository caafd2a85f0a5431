"""The service `HandOvers` of one process: what a person has here, and what becomes of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.v1 import bulk_pb2
from crm.v1 import hand_overs_pb2 as pb
from crm.v1.hand_overs_pb2_grpc import HandOversServicer
from sqlalchemy import Uuid, bindparam, select

from kit.access.policy import require_to_hand_over
from kit.actor import Actor, calling
from kit.bulk.handing_over import Change
from kit.bulk.report import reported, rows_page
from kit.bulk.tables import bulk_job
from kit.database.transaction import Transaction
from kit.entity import Level, Record
from kit.errors import Invalid, NotFound
from kit.handover.holdings import counted, handed_over
from kit.records.process import Process

_job = bulk_job.c
_PARTS = (
    select(bulk_job)
    .where(_job.hand_over_id == bindparam("id", type_=Uuid()))
    .order_by(_job.entity, _job.id)
)
_ONE = select(bulk_job).where(
    _job.hand_over_id == bindparam("id", type_=Uuid()), _job.entity == bindparam("entity")
)
_RUN, _BACK = _ONE.where(_job.undo_of.is_(None)), _ONE.where(_job.undo_of.is_not(None))
_UNSEEN = "It was left as it is; whoever sees the record and changes its owner is told why."


class HandOvers(HandOversServicer):
    """Counts, and no contents: the right to hand over shows nobody a record."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def Count(self, request: pb.HoldingsRequest, context: Any) -> pb.Holdings:
        require_to_hand_over(self.process.policy, calling())
        person = _id("person_id", request.person_id)
        successor = _id("successor_id", request.successor_id) if request.successor_id else None
        found = pb.Holdings()
        async with self.process.database.transaction() as transaction:
            for record in handed_over(self.process.entities.values()):
                number, over = await transaction.row(counted(record), person=person)
                if number:
                    found.items.append(
                        pb.Holding(
                            entity=record.entity,
                            open=number - over,
                            ended=over,
                            fields=record.assigned_by,
                            out_of_sight=self._is_out_of_sight(record, successor),
                        )
                    )
        return found

    def _is_out_of_sight(self, record: type[Record], successor: UUID | None) -> bool:
        if successor is None:
            return False
        return "view" not in self.process.policy.permit(Actor.person(successor), record).rights

    async def Get(self, request: pb.HandOverRequest, context: Any) -> pb.HandOverParts:
        require_to_hand_over(self.process.policy, calling())
        parts: dict[str, pb.HandOverPart] = {}
        async with self.process.database.transaction() as transaction:
            for row in await transaction.rows(_PARTS, id=_id("id", request.id)):
                part = parts.setdefault(row.entity, pb.HandOverPart(entity=row.entity))
                part.successor_id = str(Change.read(row.asked).successor)
                told = await reported(transaction, row, None)
                (part.back if row.undo_of else part.run).CopyFrom(told)
        return pb.HandOverParts(items=parts.values())

    async def Rows(self, request: pb.HandOverRowsRequest, context: Any) -> bulk_pb2.BulkRows:
        require_to_hand_over(self.process.policy, calling())
        record = self.process.entities.get(request.entity)
        if record is None:
            raise Invalid(entity=f"{self.process.name} has no entity {request.entity!r}.")
        async with self.process.database.transaction() as transaction:
            page = await self._page(transaction, request)
        await self._veil(record, page.items)
        return page

    async def _page(
        self, transaction: Transaction, request: pb.HandOverRowsRequest
    ) -> bulk_pb2.BulkRows:
        which = _BACK if request.back else _RUN
        job = await transaction.row(which, id=_id("id", request.id), entity=request.entity)
        if job is None:
            raise NotFound("Nothing of this is known here.")
        return await rows_page(transaction, job.id, request)

    async def _veil(self, record: type[Record], rows: Sequence[bulk_pb2.BulkRow]) -> None:
        """A reason may tell what a record says, so it is for those who see the record."""
        told = [row for row in rows if row.reasons]
        if not told:
            return
        async with self.process.work(calling()) as work:
            seen = await work.among(record, [UUID(row.record_id) for row in told], Level.READ)
        for row in told:
            if UUID(row.record_id) not in seen:
                row.reasons.clear()
                row.reasons[""] = _UNSEEN


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("", {name: "This is no id; send it as records have it."}) from None
