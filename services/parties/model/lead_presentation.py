"""What people see of a lead: its way to conversion, and then what it became."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Became, Panel, Path, View

LEAD = Presentation(
    icon="user-plus",
    area="sales",
    rank=30,
    sought=True,
    facts=("status", "company", "email"),
    views=(
        View("qualified", "Qualified", 'status = "qualified"'),
        View("new", "New", 'status = "new"', "created_at desc"),
    ),
    # A converted lead is gone from the lists; what it became says itself where it came from.
    tabs={"account_id": "", "contact_id": "", "opportunity_id": ""},
    tones={"rating": {"warm": "amber", "hot": "red"}},
    actions=(
        Action(
            "Convert",
            "Convert lead",
            "arrow-path",
            when='converted_at = null AND status = "qualified"',
            past="converted this",
            asks=(
                Ask("create_opportunity", "Create an opportunity", initial="true"),
                Ask("opportunity_name", "Name of the opportunity", "Else the company."),
                Ask("account_id", "Existing account", "Leave empty to create the account."),
                Ask(
                    "contact_id",
                    "Existing contact",
                    "Of that account. When empty, its contact with the same e-mail, else a new one.",
                ),
                Ask("override", "Convert although it is not qualified"),
            ),
            leads_to="account_id",
        ),
        Action(
            "UndoConversion",
            "Take the conversion back",
            "arrow-uturn-left",
            when="converted_at != null",
            past="took the conversion back",
        ),
    ),
    panels=(
        Panel(
            "leads",
            "New leads",
            70,
            'status = "new"',
            "owner_id = me()",
            order_by="created_at desc",
            columns=("name", "company", "source"),
            view="new",
            empty="There is no new lead.",
        ),
    ),
    path=Path("status"),
    became=Became(
        "converted_at",
        ("account_id", "contact_id", "opportunity_id"),
        "This lead was converted %(when)s.",
        verb="Convert",
        undone_by="UndoConversion",
    ),
)
