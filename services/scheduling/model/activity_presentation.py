"""What people see of an activity: what is on today, how far it is, and when it takes place."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Calendar, Panel, Path, View
from services.scheduling.model.activity_steps import STATUS

_GOING_ON = STATUS.open_in("status")


def _until(day: str) -> str:
    """What takes place from today on, and what is still to be done by that day, overdue or not."""
    return f"(starts_at >= today() AND starts_at <= {day}) OR (({_GOING_ON}) AND due_at <= {day})"


# What is overdue comes first, then what has a day to be done by, then what takes place.
_PRESSING = "due_at, starts_at"

ACTIVITY = Presentation(
    icon="clipboard-document-list",
    area="calendar",
    rank=70,
    sought=True,
    facts=("status", "starts_at", "account_id"),
    views=(
        View("today", "Today", _until("today()"), _PRESSING),
        View("coming", "Next 7 days", _until("today(7)"), _PRESSING),
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
            f"({_until('today()')}) AND assignee_id = me()",
            order_by=_PRESSING,
            columns=("name", "type", "starts_at", "due_at"),
            view="today",
            empty="Nothing is planned for today.",
        ),
    ),
    path=Path("status"),
    calendar=Calendar("starts_at", "ends_at", all_day="all_day"),
)
