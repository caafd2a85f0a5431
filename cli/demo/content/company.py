"""The whole demonstration company: the same seed and day always make the same one."""

from dataclasses import dataclass
from datetime import date

from cli.demo.content import (
    activities,
    custom_fields,
    customers,
    marketing,
    people,
    sales,
    support,
)
from cli.demo.content.kept import dashboards, mappings, reports, views
from cli.demo.content.rows import Row
from cli.demo.content.sales import Deal, Move, Remark
from cli.demo.content.unique_names import Naming
from cli.demo.content.vocabulary import Talk, label, phrases, tag_categories, tags

THROWN_AWAY = {"products": 1, "accounts": 1, "contacts": 3, "leads": 2, "tickets": 1}
"""So many of the last of each stand in the bin: a retired product, a firm that closed, some strays."""


@dataclass(frozen=True)
class Company:
    """Rows by the name under which the API offers their entity, and what people do by hand."""

    seed: int
    rows: dict[str, list[Row]]
    moves: list[Move]
    talks: list[Talk]
    remarks: list[Remark]
    exchange_rates: str


def company(seed: int, today: date) -> Company:
    naming = Naming()
    accounts = customers.accounts(seed, naming)
    contacts = customers.contacts(seed, naming, accounts)
    leads = marketing.leads(seed, today, naming)
    deals = marketing.brought(seed, today, sales.deals(seed, today, accounts, contacts))
    rows = {
        "accounts": accounts,
        "contacts": contacts,
        "leads": leads,
        "opportunities": [each.row() for each in deals],
        "campaigns": marketing.campaigns(today, deals),
        "members": marketing.members(seed, today, contacts, deals),
        "tickets": support.tickets(seed, today, accounts, contacts),
        **_organisation(),
        **_activities(seed, today, deals),
    }
    customers.enter_twice(rows)
    label(seed, rows)
    noted = sales.remarks(seed, accounts, deals)
    rates = reports.exchange_rates(today)
    return Company(seed, rows, sales.moves(deals), phrases().talks, noted, rates)


def _organisation() -> dict[str, list[Row]]:
    return {
        "profiles": list(people.profiles()),
        "custom-fields": list(custom_fields.custom_fields()),
        "roles": list(people.roles()),
        "people": list(people.people()),
        "groups": list(people.groups()),
        "access-defaults": list(people.access_defaults()),
        "sharing-rules": list(people.sharing_rules()),
        "tag-categories": list(tag_categories()),
        "tags": list(tags()),
        "products": list(sales.products()),
        "saved-views": list(views.saved_views()),
        "import-mappings": list(mappings.import_mappings()),
        "reports": list(reports.reports()),
        "dashboards": list(dashboards.dashboards()),
    }


def _activities(seed: int, today: date, deals: list[Deal]) -> dict[str, list[Row]]:
    return {
        "activities": activities.activities(seed, today, deals),
        "resources": list(activities.resources()),
        "bookings": activities.bookings(seed, today),
    }
