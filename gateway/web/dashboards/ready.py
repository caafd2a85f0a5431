"""Ready dashboards for sales, marketing, support and managers: reports that become a person's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.reports.question import Json, Question
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.words import _

_DEALS, _LEADS, _TICKETS = "sales.Opportunity", "parties.Lead", "helpdesk.Ticket"
_OPEN, _WON, _ENDED = 'outcome = "open"', 'outcome = "won"', 'outcome != "open"'
_UNSETTLED = 'status = "new" OR status = "open" OR status = "waiting"'


@dataclass(frozen=True, slots=True)
class Part:
    """One panel with its report."""

    title: str
    question: Question
    kind: str = "report"
    width: int = 2


@dataclass(frozen=True, slots=True)
class Ready:
    """One dashboard to begin with."""

    name: str
    description: str
    parts: Sequence[Part]


_PIPELINE = Part(
    "Open pipeline", Question(_DEALS, _OPEN, measures=("sum(amount)", "count")), "number", 1
)
_WON_NOW = Part(
    "Won this quarter",
    Question(
        _DEALS,
        _WON,
        measures=("sum(realised_amount)", "count"),
        period_field="closed_on",
        period="this_quarter",
        compared=True,
    ),
    "number",
    1,
)
_CLOSE_RATE = Part(
    "How deals ended this year",
    Question(
        _DEALS,
        _ENDED,
        ("outcome",),
        ("count", "share"),
        "pie",
        period_field="closed_on",
        period="this_year",
    ),
)
_BY_STAGE = Part(
    "Pipeline by stage", Question(_DEALS, _OPEN, ("stage_id",), ("count", "sum(amount)"), "funnel")
)
_BY_MONTH = Part(
    "Won by month",
    Question(
        _DEALS,
        _WON,
        ("closed_on:month",),
        ("sum(realised_amount)", "count"),
        "bar",
        period_field="closed_on",
        period="this_year",
    ),
)
_BY_OWNER = Part(
    "Pipeline by owner and stage",
    Question(_DEALS, _OPEN, ("owner_id", "stage_id"), ("count",), "heat_map"),
    width=4,
)
_SOURCES = Part("Leads by source", Question(_LEADS, "", ("source",), ("count", "share"), "pie"))
_NEW_LEADS = Part(
    "New leads by week",
    Question(
        _LEADS,
        "",
        ("created_at:week",),
        shape="area",
        period_field="created_at",
        period="last_90_days",
    ),
)
_LEAD_STATES = Part("Leads by status", Question(_LEADS, "", ("status", "rating"), shape="bar"))
_CAMPAIGNS = Part(
    "Campaigns by type and status",
    Question("campaigns.Campaign", "", ("type", "status"), ("count",), "heat_map"),
)
_UNSETTLED_NOW = Part(
    "Unsettled tickets", Question(_TICKETS, _UNSETTLED, measures=("count",)), "number", 1
)
_BY_PRIORITY = Part(
    "Unsettled by priority", Question(_TICKETS, _UNSETTLED, ("priority", "status"), shape="bar")
)
_BY_ASSIGNEE = Part(
    "Unsettled by assignee", Question(_TICKETS, _UNSETTLED, ("assignee_id",), shape="bar")
)
_NEW_TICKETS = Part(
    "New tickets by week",
    Question(
        _TICKETS,
        "",
        ("created_at:week", "type"),
        shape="line",
        period_field="created_at",
        period="last_90_days",
    ),
)
_LOAD = Part(
    "Open activities by person",
    Question("scheduling.Activity", "completed_at = null", ("assignee_id", "type"), shape="bar"),
)

READY: Sequence[Ready] = (
    Ready(
        "Sales",
        "What is open, what was won, and how deals end.",
        (_PIPELINE, _WON_NOW, _CLOSE_RATE, _BY_STAGE, _BY_MONTH, _BY_OWNER),
    ),
    Ready(
        "Marketing",
        "Where leads come from, and what became of them.",
        (_SOURCES, _NEW_LEADS, _LEAD_STATES, _CAMPAIGNS),
    ),
    Ready(
        "Support",
        "What waits, for whom, and what comes in.",
        (_UNSETTLED_NOW, _BY_PRIORITY, _BY_ASSIGNEE, _NEW_TICKETS),
    ),
    Ready(
        "Managers",
        "Forecast, load and new business at a glance.",
        (_PIPELINE, _WON_NOW, _UNSETTLED_NOW, _BY_MONTH, _BY_OWNER, _LOAD, _SOURCES),
    ),
)


async def made_ready(visit: Visit, kept: Entity, ready: Ready, key: str) -> Json:
    """What the person may not see is left out; who presses twice gets the same ones."""
    panels = []
    for place, part in enumerate(ready.parts):
        if visit.catalog.visible(part.question.entity) is None:
            continue
        body = {"name": _(part.title), **part.question.json(), "idempotency_key": f"{key}-{place}"}
        report = await visit.api.create("reports", body)
        line = {"kind": part.kind, "report_id": report["id"], "width": part.width}
        panels.append({"title": _(part.title), **line})
    body = {"name": _(ready.name), "description": _(ready.description), "panels": panels}
    return await visit.api.create(kept.slug, {**body, "idempotency_key": key})
