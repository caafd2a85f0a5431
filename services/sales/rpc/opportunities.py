"""Opportunities over gRPC: the verbs that move a deal, its log and the forecast."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1 import stage_changes_pb2 as log_pb
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesServicer
from sqlalchemy import select

from kit.access.fields import seen
from kit.actor import calling
from kit.entity import Day, Level, LongText, Money, Reference
from kit.errors import Conflict, Invalid
from kit.records import Records, Work
from services.sales.model.opportunities import Opportunity
from services.sales.model.stage_changes import StageChange
from services.sales.model.stages import Outcome, Stage
from services.sales.pipeline import Pipeline, carry
from services.sales.rpc.forecast import forecast

# What a move itself settles, when somebody names a stage beside them.
_OF_A_MOVE = ("realised_amount", "closed_on")


class Opportunities(Records[Opportunity, pb.Opportunity], OpportunitiesServicer):
    """Deals in progress and how they ended."""

    record, message, listing = Opportunity, pb.Opportunity, pb.OpportunityList
    # What an import may change and Update may not: `amend` takes the stage by a move, with its log.
    amends = frozenset({"stage_id", "reason", "closed_on"})

    async def Create(self, request: Any, context: Any) -> Any:
        try:
            return await super().Create(request, context)
        except Conflict as taken:
            if "conversion_id" not in taken.fields:
                raise
            return await self._made_before(request)

    async def _made_before(self, request: Any) -> Any:
        """The deal of a conversion made before; no more than its id when it is out of sight."""
        mine = Opportunity.conversion_id == _REFERENCE.parse(request.conversion_id)
        async with self.process.work(calling()) as work:
            if (known := await work.first(Opportunity, mine)) is not None:
                return await work.show(known)
            known_id = await work.session.scalar(select(Opportunity.id).where(mine))
            return pb.Opportunity(id=str(known_id), conversion_id=request.conversion_id)

    async def admit(self, work: Work, record: Any) -> None:
        """A new deal enters its stage, and the log says so."""
        stage = (await Pipeline.of(work)).entry(record.stage_id)
        work.add(record)
        work.add(record.enter(stage, by=work.actor.name, at=datetime.now(UTC)))

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """A stage that differs is reached by a move, so that the log knows of it."""
        values = dict(values)
        wanted = values.pop("stage_id", None) or record.stage_id
        if wanted == record.stage_id:
            await super().amend(work, record, values)
            return
        settled = {name: values.pop(name) for name in _OF_A_MOVE if name in values}
        reason = values.pop("reason", None)
        await super().amend(work, record, values)
        await carry(work, record, (await Pipeline.of(work)).stage(wanted), reason)
        await super().amend(work, record, {name: each for name, each in settled.items() if each})

    @asynccontextmanager
    async def _turning(self, request: Any) -> AsyncIterator[tuple[Work, Opportunity, Pipeline]]:
        """The deal that a verb takes elsewhere, with the stages to choose from."""
        self.allow("edit")
        self.setting("stage_id")
        async with self.work(request) as work:
            deal = await work.get(Opportunity, request.id, Level.EDIT)
            await self.same_version(work, deal, request)
            yield work, deal, await Pipeline.of(work)

    async def MoveStage(self, request: Any, context: Any) -> Any:
        async with self._turning(request) as (work, deal, pipeline):
            to = pipeline.stage(_value(request, "stage_id"))
            return await self._moved(work, deal, to, request)

    async def Win(self, request: Any, context: Any) -> Any:
        async with self._turning(request) as (work, deal, pipeline):
            return await self._moved(work, deal, pipeline.first(Outcome.WON), request)

    async def Lose(self, request: Any, context: Any) -> Any:
        async with self._turning(request) as (work, deal, pipeline):
            return await self._moved(work, deal, pipeline.first(Outcome.LOST), request)

    async def _moved(self, work: Work, deal: Opportunity, to: Stage, request: Any) -> Any:
        leaving = (await Pipeline.of(work)).stage(deal.stage_id)
        said = {name: _value(request, name) for name in ("reason", "amount", "closed_on")}
        if said["amount"] is not None:
            self.setting("realised_amount")
        work.add(deal.move(leaving, to, by=work.actor.name, at=datetime.now(UTC), **said))
        return await work.show(deal)

    async def Reopen(self, request: Any, context: Any) -> Any:
        async with self._turning(request) as (work, deal, pipeline):
            named, reason = _value(request, "stage_id"), _value(request, "reason")
            to = pipeline.stage(named) if named else await pipeline.last_open(work, deal)
            leaving, now = pipeline.stage(deal.stage_id), datetime.now(UTC)
            work.add(deal.reopen(leaving, to, by=work.actor.name, at=now, reason=reason))
            return await work.show(deal)

    async def StageLog(self, request: Any, context: Any) -> Any:
        self.allow("view")
        shape = self.process.shapes[StageChange]
        names = seen(self.process.policy, calling(), StageChange, shape.names)
        async with self.process.work(calling()) as work:
            deal = await work.get(Opportunity, request.id)
            # Whoever may see the deal may see its log, so the log's own access is not asked.
            log = select(StageChange).where(StageChange.opportunity_id == deal.id)
            changes = await work.session.scalars(log.order_by(StageChange.at, StageChange.id))
            return log_pb.StageChangeList(items=[shape.to_message(each, names) for each in changes])

    async def Forecast(self, request: Any, context: Any) -> Any:
        self.allow("view")
        return await forecast(self.process, calling(), request)


_REFERENCE = Reference("sales.Stage")
_KINDS = {
    "stage_id": _REFERENCE,
    "reason": LongText(),
    "amount": Money(),
    "closed_on": Day(),
}


def _value(request: Any, name: str) -> Any:
    """What a verb's request says in a field; None where it says nothing or has no such field."""
    text = getattr(request, name, "")
    try:
        return _KINDS[name].parse(text) if text else None
    except ValueError as wrong:
        raise Invalid("", {name: str(wrong)}) from wrong
