"""What people see of a campaign: above all, what it brought."""

from kit.entity import Presentation
from kit.entity.presentation import Action, Ask, Figure, Figures, View

_UNKNOWN = "Unknown: won in other currencies"

CAMPAIGN = Presentation(
    icon="megaphone",
    area="marketing",
    rank=60,
    sought=True,
    facts=("status", "type", "starts_on"),
    views=(View("active", "Active", 'status = "active"'),),
    actions=(
        Action(
            "AddMembers",
            "Add members",
            "user-plus",
            when='status = "planned" OR status = "active"',
            past="added members",
            asks=(Ask("contact_ids", "Contacts"), Ask("lead_ids", "Leads")),
        ),
    ),
    figures=Figures(
        (
            Figure(
                "won_amount",
                "Won value",
                ("won_count", "opportunity_count"),
                "won of all opportunities",
            ),
            Figure("return_on_investment", "Return on investment", unit="%", unknown=_UNKNOWN),
            Figure("profit", "Profit", ("actual_cost",), "spent", unknown=_UNKNOWN),
            Figure("cost_per_customer", "Cost of a new customer"),
            Figure("member_count", "Members", ("responded_count",), "have answered"),
        ),
        others="won_by_currency",
        others_label="Won in other currencies",
    ),
)
