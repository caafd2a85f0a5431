"""Dashboards: reports, lists and single numbers that people lay out on one page."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.entity import (
    Decimals,
    Integer,
    LongText,
    Part,
    Parts,
    Picklist,
    Presentation,
    Record,
    Reference,
    Text,
    field,
    row_field,
)
from kit.errors import Invalid

MOST_PANELS = 24
QUARTERS = 4


class PanelKind(StrEnum):
    """What a panel shows."""

    REPORT = "report"
    NUMBER = "number"
    LIST = "list"


class DashboardPanel(Part, of="identity.Dashboard"):
    """One panel, of a report or of a saved view."""

    title: str | None = row_field(Text(120), "Title")
    kind: str = row_field(Picklist(PanelKind), "Shows", initial=PanelKind.REPORT)
    report_id: UUID | None = row_field(Reference("identity.Report", here=True), "Report")
    view_id: UUID | None = row_field(Reference("identity.SavedView", here=True), "Saved view")
    target: Decimal | None = row_field(Decimals(), "Target", help="What a number is to reach.")
    width: int = row_field(Integer(low=1, high=QUARTERS), "Quarters wide", initial=2)

    def wrong(self) -> Iterator[str]:
        """What is wrong with it, each with the name of what is to be mended."""
        if self.kind == PanelKind.LIST and self.view_id is None:
            yield "Saved view: Choose the one whose records are listed."
        if self.kind != PanelKind.LIST and self.report_id is None:
            yield "Report: Choose the one that is shown."


class Dashboard(Record):
    """A page of panels: reports, lists and single numbers, beside one another."""

    __tablename__ = "dashboard"
    entity = "identity.Dashboard"
    plural = "Dashboards"
    default_access = "private"
    importable = False
    presentation = Presentation(
        icon="squares-2x2",
        area="reports",
        rank=61,
        sought=True,
        order_by="name",
        facts=("description",),
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(2_000), "Description", listed=True)
    panels: Mapped[list[DashboardPanel]] = field(
        Parts(DashboardPanel, most=MOST_PANELS),
        "Panels",
        section="Panels",
        help="They stand row by row in this order, on a page of four quarters.",
    )

    def check(self) -> None:
        for number, panel in enumerate(self.panels, start=1):
            for wrong in panel.wrong():
                raise Invalid(panels=f"Line {number}: {wrong}")
