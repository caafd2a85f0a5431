"""The built-in views of each list: a name, a filter and an order."""

from dataclasses import dataclass

from gateway.web.entities import Entity


@dataclass(frozen=True, slots=True)
class View:
    """One tab over a list; it is offered where the entity has all the fields it needs."""

    key: str
    label: str
    filter: str = ""
    order_by: str = ""
    needs: tuple[str, ...] = ()


ALL = View("all", "All")
RECENT = View("recent", "Recently changed", order_by="updated_at desc")
MINE = View("mine", "Mine", "owner_id = me()", needs=("owner_id",))

SPECIAL: dict[str, tuple[View, ...]] = {
    "sales.Opportunity": (
        View("open", "Open", 'outcome = "open"', "expected_close_on", ("outcome",)),
        View("won", "Won", 'outcome = "won"', "closed_on desc", ("outcome",)),
        View("lost", "Lost", 'outcome = "lost"', "closed_on desc", ("outcome",)),
        View(
            "closing",
            "Closing in 30 days",
            'outcome = "open" AND expected_close_on <= today(30)',
            "expected_close_on",
            ("outcome", "expected_close_on"),
        ),
    ),
    "parties.Lead": (
        View("qualified", "Qualified", 'status = "qualified"', needs=("status",)),
        View("new", "New", 'status = "new"', "created_at desc", ("status",)),
    ),
    "helpdesk.Ticket": (
        View(
            "open",
            "Open",
            'status = "new" OR status = "open" OR status = "waiting"',
            "created_at desc",
            ("status",),
        ),
        View("unassigned", "Unassigned", "assignee_id = null", needs=("assignee_id",)),
        View("assigned", "Assigned to me", "assignee_id = me()", needs=("assignee_id",)),
    ),
    "scheduling.Activity": (
        View(
            "today",
            "Today",
            "starts_at >= today() AND starts_at <= today()",
            "starts_at",
            ("starts_at",),
        ),
        View(
            "coming",
            "Next 7 days",
            "starts_at >= today() AND starts_at <= today(7)",
            "starts_at",
            ("starts_at",),
        ),
    ),
    "campaigns.Campaign": (View("active", "Active", 'status = "active"', needs=("status",)),),
    "identity.Person": (View("active", "Active", 'status = "active"', needs=("status",)),),
}
# The organisation's own settings belong to nobody in particular.
OWNERLESS = ("identity", "sales.Stage", "sales.Product", "parties.ChoiceValue")


def views_of(entity: Entity) -> list[View]:
    """The tabs over an entity's list."""
    mine = [] if entity.name.startswith(OWNERLESS) else [MINE]
    offered = [ALL, *mine, *SPECIAL.get(entity.name, ()), RECENT]
    return [view for view in offered if entity.has(*view.needs)]


def view_named(entity: Entity, key: str) -> View:
    return next((view for view in views_of(entity) if view.key == key), ALL)
