"""Opportunities over gRPC: the verbs that move a deal, its log and the forecast."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1 import stage_changes_pb2 as log_pb
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesServicer
from sqlalchemy import Uuid, bindparam, select

from kit.actor import calling
from kit.errors import Conflict
from kit.records import Records, Said, Work, stored, verb
from services.sales.lines import fill_from_products
from services.sales.model.opportunities import Opportunity
from services.sales.model.stage_changes import StageChange
from services.sales.model.stages import Outcome, Stage
from services.sales.pipeline import Pipeline, carry
from services.sales.rpc.forecast import forecast

_CONVERSION = Opportunity.fields["conversion_id"].said.kind
# What a move itself settles, when somebody names a stage beside them.
_OF_A_MOVE = ("realised_amount", "closed_on")
_OF_ANY_MOVE = (*_OF_A_MOVE, "outcome", "probability", "reason")

_LOG = (
    stored(StageChange)
    .where(StageChange.opportunity_id == bindparam("deal", type_=Uuid()))
    .order_by(StageChange.at, StageChange.id)
)


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
        mine = Opportunity.conversion_id == _CONVERSION.parse(request.conversion_id)
        async with self.process.work(calling()) as work:
            if (known := await work.first(Opportunity, mine)) is not None:
                return await work.show(known)
            known_id = await work.value(select(Opportunity.id).where(mine))
            return pb.Opportunity(id=str(known_id), conversion_id=request.conversion_id)

    async def admit(self, work: Work, record: Any) -> None:
        """A new deal enters its stage, and the log says so."""
        stage = (await Pipeline.of(work)).entry(record.stage_id)
        await fill_from_products(work, record)
        work.add(record)
        work.add(record.enter(stage, by=work.actor.name, at=datetime.now(UTC)))

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """A stage that differs is reached by a move, so that the log knows of it."""
        values = dict(values)
        wanted = values.pop("stage_id", None) or record.stage_id
        if wanted == record.stage_id:
            await self._set(work, record, values)
            return
        settled = {name: values.pop(name) for name in _OF_A_MOVE if name in values}
        reason = values.pop("reason", None)
        await self._set(work, record, values)
        await carry(work, record, (await Pipeline.of(work)).stage(wanted), reason)
        await super().amend(work, record, {name: each for name, each in settled.items() if each})

    async def _set(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        await super().amend(work, record, values)
        if "lines" in values:
            await fill_from_products(work, record)

    @verb(sets=("stage_id",), follows=_OF_ANY_MOVE)
    async def MoveStage(self, work: Work, deal: Opportunity, said: Said) -> None:
        await _move(work, deal, (await Pipeline.of(work)).stage(said.stage_id), said)

    @verb(sets=("stage_id",), follows=_OF_ANY_MOVE)
    async def Win(self, work: Work, deal: Opportunity, said: Said) -> None:
        await _move(work, deal, (await Pipeline.of(work)).first(Outcome.WON), said)

    @verb(sets=("stage_id",), follows=_OF_ANY_MOVE)
    async def Lose(self, work: Work, deal: Opportunity, said: Said) -> None:
        await _move(work, deal, (await Pipeline.of(work)).first(Outcome.LOST), said)

    @verb(sets=("stage_id",), follows=_OF_ANY_MOVE)
    async def Reopen(self, work: Work, deal: Opportunity, said: Said) -> None:
        pipeline, now = await Pipeline.of(work), datetime.now(UTC)
        to = (
            pipeline.stage(said.stage_id) if said.stage_id else await pipeline.last_open(work, deal)
        )
        leaving = pipeline.stage(deal.stage_id)
        work.add(deal.reopen(leaving, to, by=work.actor.name, at=now, reason=said.reason))

    @verb()
    async def StageLog(self, work: Work, deal: Opportunity, said: Said) -> Any:
        shape = self.process.shapes[StageChange]
        names = work.permit(StageChange).seen(shape.names)
        # Whoever may see the deal may see its log, so the log's own access is not asked.
        changes = await work.records(StageChange, _LOG, deal=deal.id)
        return log_pb.StageChangeList(items=[shape.to_message(each, names) for each in changes])

    @verb()
    async def Forecast(self, work: Work, said: Said) -> pb.ForecastFigures:
        return await forecast(self.process, work.permit(Opportunity), said)


async def _move(work: Work, deal: Opportunity, to: Stage, said: Said) -> None:
    leaving = (await Pipeline.of(work)).stage(deal.stage_id)
    rest = {name: value for name, value in vars(said).items() if name != "stage_id"}
    work.add(deal.move(leaving, to, by=work.actor.name, at=datetime.now(UTC), **rest))
