"""What people see of a ticket: its way to settlement, the lists of those who work on it."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Panel, Path, View
from services.helpdesk.model.ticket_steps import STATUS

# OR binds more tightly than AND in the language of lists.
_UNSETTLED = STATUS.open_in("status")
_REASON = Ask("reason", required=True)

_VIEWS = (
    View("open", "Open", _UNSETTLED, "created_at desc"),
    View("unassigned", "Unassigned", "assignee_id = null"),
    View("assigned", "Assigned to me", "assignee_id = me()", "created_at desc"),
    View(
        "customers",
        "Of my customers",
        f"account.owner_id = me() AND {_UNSETTLED}",
        "created_at desc",
    ),
)

_ACTIONS = (
    Action(
        "Resolve",
        "Resolve ticket",
        "check-circle",
        when=_UNSETTLED,
        past="resolved this",
        asks=(Ask("resolution", help="What was done; the customer may read it.", required=True),),
    ),
    Action(
        "Assign",
        "Assign ticket",
        "user-plus",
        when=_UNSETTLED,
        past="assigned this",
        asks=(
            Ask("assignee_id", "Person"),
            Ask("group_id"),
            Ask("note", "Note", "What the next person should know."),
        ),
    ),
    Action("Close", "Close ticket", "check", when='status = "resolved"', past="closed this"),
    Action(
        "Reopen",
        "Reopen ticket",
        "arrow-uturn-left",
        when='status = "resolved" OR status = "closed"',
        past="reopened this",
        asks=(_REASON,),
    ),
)

TICKET = Presentation(
    icon="ticket",
    area="support",
    rank=50,
    sought=True,
    facts=("status", "priority", "account_id"),
    views=_VIEWS,
    tones={"priority": {"high": "amber", "urgent": "red"}},
    actions=_ACTIONS,
    panels=(
        Panel(
            "tickets",
            "My tickets",
            50,
            f"({_UNSETTLED}) AND assignee_id = me()",
            order_by="created_at desc",
            columns=("subject", "priority", "status"),
            view="assigned",
            empty="No ticket waits for you.",
        ),
    ),
    path=Path("status"),
)
