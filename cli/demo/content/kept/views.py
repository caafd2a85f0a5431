"""The lists that the demonstration company keeps as views, and with whom their owners share them."""

from collections.abc import Iterator, Mapping

from cli.demo.content.people import SUPPORT_GROUP, by_key
from cli.demo.content.rows import Reference, Row

_STAGES, _LATE, _MONTH = "Pipeline by stage", "Waiting longest", "Month of visits and calls"


def saved_views() -> Iterator[Row]:
    yield {
        "name": _STAGES,
        "description": "What is open, the largest of each stage first.",
        "entity_name": "sales.Opportunity",
        "filter": 'outcome = "open"',
        "order_by": "amount desc, expected_close_on",
        "columns": ["name", "account_id", "amount", "expected_close_on", "owner_id"],
        "group_by": "stage_id",
        "owner_id": _person("helena"),
    }
    yield {
        "name": _LATE,
        "description": "For the support team: what is unsettled, the longest due first.",
        "entity_name": "helpdesk.Ticket",
        "filter": 'status = "new" OR status = "open" OR status = "waiting"',
        "order_by": "due_at, priority",
        "columns": ["subject", "priority", "due_at", "account_id", "assignee_id", "status"],
        "owner_id": _person("samuel"),
    }
    yield {
        "name": _MONTH,
        "description": "Who of us meets whom, and when.",
        "entity_name": "scheduling.Activity",
        "filter": "starts_at != null",
        "group_by": "starts_at",
        "shape": "calendar",
        "owner_id": _person("tomas"),
    }


SHARED: Mapping[str, Row] = {
    _STAGES: {
        "principal_kind": "role_and_below",
        "principal_id": Reference("roles", "name", "Head of sales"),
        "level": "read",
    },
    _LATE: {
        "principal_kind": "group",
        "principal_id": Reference("groups", "name", SUPPORT_GROUP),
        "level": "edit",
    },
    _MONTH: {
        "principal_kind": "role_and_below",
        "principal_id": Reference("roles", "name", "Company"),
        "level": "read",
    },
}
"""With whom, by the name of the view."""


def _person(key: str) -> Reference:
    return Reference("people", "email", by_key(key).email)
