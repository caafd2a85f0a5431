"""The log of stages: which deal went where, when, by whom and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from kit.entity import ActorName, Instant, LongText, Presentation, Record, Reference, Text, field
from kit.entity.presentation import Log


class StageChange(Record):
    """A deal entered a stage; written by the deal's verbs, never changed."""

    __tablename__ = "stage_change"
    entity = "sales.StageChange"
    plural = "Stage changes"
    default_access = "parent"
    hangs_on = ("opportunity_id",)
    a_log = True
    erased_with = ("opportunity_id",)
    no_bin = "What a log tells has happened; it goes with its deal."
    presentation = Presentation(
        order_by="at desc",
        log=Log(
            "Stages",
            of="opportunity_id",
            at="at",
            by="by",
            before="from_stage_id",
            after="to_stage_id",
            reason="reason",
        ),
    )

    name: Mapped[str] = field(
        Text(200),
        "Move",
        searched=True,
        listed=True,
        editable=False,
        copy_of=("sales.Opportunity.stage_id", "sales.Stage.name"),
    )
    opportunity_id: Mapped[UUID] = field(
        Reference("sales.Opportunity"), "Opportunity", listed=True, editable=False
    )
    from_stage_id: Mapped[UUID | None] = field(
        Reference("sales.Stage", here=True),
        "From",
        listed=True,
        editable=False,
        index=True,
        copy_of="sales.Opportunity.stage_id",
    )
    to_stage_id: Mapped[UUID] = field(
        Reference("sales.Stage", here=True),
        "To",
        listed=True,
        editable=False,
        index=True,
        copy_of="sales.Opportunity.stage_id",
    )
    at: Mapped[datetime] = field(Instant(), "When", listed=True, editable=False)
    by: Mapped[str] = field(ActorName(80), "By", listed=True, editable=False)
    reason: Mapped[str | None] = field(
        LongText(), "Reason", listed=True, editable=False, copy_of="sales.Opportunity.reason"
    )

    __table_args__ = (
        # A deal takes its log along when it goes.
        ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], ondelete="CASCADE"),
        Index("ix_stage_change_log", "opportunity_id", "at", "id"),
    )
