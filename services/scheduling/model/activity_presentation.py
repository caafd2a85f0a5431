"""What people see of an activity: what is on today, how far it is, and when it takes place."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Calendar, Panel, Path, View

_TODAY = "starts_at >= today() AND starts_at <= today()"
_GOING_ON = 'status = "planned" OR status = "in progress"'

ACTIVITY = Presentation(
    icon="clipboard-document-list",
    area="calendar",
    rank=70,
    sought=True,
    facts=("status", "starts_at", "account_id"),
    views=(
        View("today", "Today", _TODAY, "starts_at"),
        View(
            "coming", "Next 7 days", "starts_at >= today() AND starts_at <= today(7)", "starts_at"
        ),
    ),
    tones={"priority": {"high": "amber", "urgent": "red"}},
    actions=(
        Action(
            "Complete",
            "Complete activity",
            "check-circle",
            when=_GOING_ON,
            past="completed this",
            asks=(Ask("outcome"),),
        ),
        Action(
            "Cancel",
            "Cancel activity",
            "x-circle",
            when=_GOING_ON,
            past="cancelled this",
            asks=(Ask("reason", "Reason"),),
        ),
    ),
    panels=(
        Panel(
            "activities",
            "My activities today",
            30,
            f"{_TODAY} AND assignee_id = me()",
            order_by="starts_at",
            columns=("name", "type", "starts_at"),
            view="today",
            empty="Nothing is planned for today.",
        ),
    ),
    path=Path("status"),
    calendar=Calendar("starts_at", "ends_at", all_day="all_day"),
)
