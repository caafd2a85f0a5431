"""The dashboard that the demonstration company looks at together."""

from collections.abc import Iterator, Mapping

from cli.demo.content.kept.reports import LEADS, STAGES, WON
from cli.demo.content.people import by_key
from cli.demo.content.rows import Reference, Row

_SALES = "Sales at a glance"


def dashboards() -> Iterator[Row]:
    yield {
        "name": _SALES,
        "description": "What is won, what is open and where it comes from.",
        "panels": [
            {**_shows(WON), "title": "Won this year", "kind": "number", "target": "2000000"},
            {**_shows(STAGES), "title": "Open pipeline", "kind": "number"},
            {**_shows(LEADS), "kind": "report", "width": 2},
            {**_shows(WON), "kind": "report", "width": 4},
            {**_shows(STAGES), "kind": "report", "width": 4},
        ],
        "owner_id": Reference("people", "email", by_key("helena").email),
    }


SHARED: Mapping[str, Row] = {
    _SALES: {
        "principal_kind": "role_and_below",
        "principal_id": Reference("roles", "name", "Company"),
        "level": "read",
    }
}
"""With whom, by the name of the dashboard."""


def _shows(report: str) -> Row:
    return {"report_id": Reference("reports", "name", report)}
