"""The stages as rules need them: the first, the one that ends a deal, and the last open one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import func, select

from kit.actor import Actor
from kit.errors import Invalid, Refused
from kit.records import Process, Work
from services.sales.model.opportunities import Opportunity
from services.sales.model.stage_changes import StageChange
from services.sales.model.stages import STARTING_STAGES, Outcome, Stage

_LOCK = 7_203_010


class Pipeline:
    """All stages in their order, read once in a transaction."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = stages

    @classmethod
    async def of(cls, work: Work) -> Self:
        """The pipeline of this transaction; rules need every stage, whoever may see it."""
        known: Self | None = work.notes.get("pipeline")
        if known is None:
            stages = await work.every(Stage)
            known = cls(sorted(stages, key=lambda stage: (stage.position, stage.id)))
            work.notes["pipeline"] = known
        return known

    def stage(self, stage_id: UUID) -> Stage:
        """One stage by id."""
        found = next((each for each in self._stages if each.id == stage_id), None)
        if found is None:
            raise Invalid(stage_id="There is no such stage; choose one of the pipeline.")
        return found

    def entry(self, stage_id: UUID | None) -> Stage:
        """Where a new deal stands: the stage it names, or the first one."""
        return self.first(Outcome.OPEN) if stage_id is None else self.stage(stage_id)

    def first(self, outcome: Outcome) -> Stage:
        """The first stage with an outcome."""
        found = next((each for each in self._stages if each.outcome == outcome), None)
        if found is None:
            raise Refused(f"No stage has the outcome {outcome}; add one to the pipeline first.")
        return found

    async def last_open(self, work: Work, deal: Opportunity) -> Stage:
        """The open stage in which a deal stood last, by its log; else the first open one."""
        ids = [each.id for each in self._stages if not each.ends]
        entered = select(StageChange.to_stage_id).where(
            StageChange.opportunity_id == deal.id, StageChange.to_stage_id.in_(ids)
        )
        newest = entered.order_by(StageChange.at.desc(), StageChange.id.desc()).limit(1)
        found = await work.value(newest)
        return self.first(Outcome.OPEN) if found is None else self.stage(found)


async def carry(work: Work, deal: Opportunity, to: Stage, reason: str | None) -> None:
    """Takes a deal to any stage, as an import says it; one that has ended is reopened first."""
    pipeline, now = await Pipeline.of(work), datetime.now(UTC)
    if not deal.open:
        leaving = pipeline.stage(deal.stage_id)
        back = await pipeline.last_open(work, deal) if to.ends else to
        work.add(deal.reopen(leaving, back, by=work.actor.name, at=now, reason=reason))
    if deal.stage_id != to.id:
        leaving = pipeline.stage(deal.stage_id)
        work.add(deal.move(leaving, to, by=work.actor.name, at=datetime.now(UTC), reason=reason))


async def start_pipeline(process: Process) -> None:
    """Gives an empty database its first stages; of several processes one does it."""
    async with process.work(Actor.system("sales.start")) as work:
        await work.run(select(func.pg_advisory_xact_lock(_LOCK)))
        if await work.value(select(Stage.id).limit(1)) is None:
            for stage in STARTING_STAGES:
                work.add(Stage(**stage))
