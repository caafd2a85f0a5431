"""The rates of the demonstration company, and the reports that its people keep and share."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from cli.demo.content.people import SUPPORT_GROUP, by_key
from cli.demo.content.rows import Reference, Row

WON, STAGES, _LOAD, LEADS = (
    *("Won by month", "Pipeline by stage and owner"),
    *("Open tickets by priority", "Where leads come from"),
)
_RATES = {"USD": "1.1593", "GBP": "0.8721", "RON": "5.0812", "CHF": "0.9374", "JPY": "181.50"}
_WEEKS = 8


def exchange_rates(today: date) -> str:
    """Made up, in the form of the central bank: a line for each of the last Fridays."""
    friday = today - timedelta(days=(today.weekday() - 4) % 7)
    days = [friday - timedelta(weeks=week) for week in range(_WEEKS)]
    lines = [f"{day},{','.join(_RATES.values())}," for day in days]
    return "\n".join([f"Date,{','.join(_RATES)},", *lines])


def reports() -> Iterator[Row]:
    yield {
        "name": WON,
        "description": "What was won this year, beside the year before.",
        "entity_name": "sales.Opportunity",
        "filter": 'outcome = "won"',
        "group_by": ["closed_on:month"],
        "measures": ["sum(realised_amount)", "count", "median(realised_amount)"],
        "shape": "bar",
        "period_field": "closed_on",
        "period": "this_year",
        "compared": True,
        "currency": "EUR",
        "owner_id": _person("helena"),
    }
    yield {
        "name": STAGES,
        "description": "What is open, in one currency.",
        "entity_name": "sales.Opportunity",
        "filter": 'outcome = "open"',
        "group_by": ["stage_id", "owner_id"],
        "measures": ["sum(amount)", "count"],
        "shape": "heat_map",
        "currency": "EUR",
        "owner_id": _person("helena"),
    }
    yield {
        "name": _LOAD,
        "description": "What the support team has before it.",
        "entity_name": "helpdesk.Ticket",
        "filter": 'status = "new" OR status = "open" OR status = "waiting"',
        "group_by": ["priority", "status"],
        "measures": ["count"],
        "shape": "bar",
        "owner_id": _person("samuel"),
    }
    yield {
        "name": LEADS,
        "description": "Leads by source, and their share in all.",
        "entity_name": "parties.Lead",
        "group_by": ["source"],
        "measures": ["count", "share"],
        "shape": "pie",
        "owner_id": _person("helena"),
    }


SHARED: Mapping[str, Row] = {
    **{
        name: {
            "principal_kind": "role_and_below",
            "principal_id": Reference("roles", "name", "Company"),
            "level": "read",
        }
        for name in (WON, STAGES, LEADS)
    },
    _LOAD: {
        "principal_kind": "group",
        "principal_id": Reference("groups", "name", SUPPORT_GROUP),
        "level": "edit",
    },
}
"""With whom, by the name of the report."""


SENT: Mapping[str, Row] = {
    WON: {
        "principal_kind": "role_and_below",
        "principal_id": Reference("roles", "name", "Company"),
        "rhythm": "monthly",
        "on_day": 1,
        "hour": 8,
    },
    _LOAD: {
        "principal_kind": "group",
        "principal_id": Reference("groups", "name", SUPPORT_GROUP),
        "rhythm": "weekly",
        "on_day": 1,
        "hour": 8,
    },
}
"""To whom by e-mail, and when, by the name of the report."""


def _person(key: str) -> Reference:
    return Reference("people", "email", by_key(key).email)
