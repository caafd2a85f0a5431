"""A record's result on its page: what is not known is said, and never shown as a number."""

from types import SimpleNamespace
from typing import Any

from gateway.web.described.catalog import Catalog
from gateway.web.frame.presenting import Presenter
from gateway.web.record.results import results_of

PRESENT = Presenter.of({"locale": "en_GB", "time_zone": "UTC"}, {})
WON = {
    "name": "won_by_currency",
    "kind": "rows",
    "columns": [{"name": "currency", "kind": "picklist"}, {"name": "amount", "kind": "decimal"}],
}
FIGURES = {
    "items": [
        {"field": "won_amount", "label": "Won value"},
        {"field": "profit", "label": "Profit", "unknown": "Won elsewhere"},
    ],
    "others": "won_by_currency",
}


def shown(record: dict[str, Any]) -> list[tuple[str, str]]:
    """The figures of a campaign's page with what stands under them."""
    money = ({"name": name, "kind": "money", "currency_field": "currency"} for name in record)
    fields = [*(each for each in money if each["name"] not in ("currency", WON["name"])), WON]
    told = {
        "entity": "campaigns.Campaign",
        "label": "Campaign",
        "plural": "Campaigns",
        "fields": fields,
        "presentation": {"figures": FIGURES},
    }
    entity = next(iter(Catalog({"entities": [told]})))
    visit: Any = SimpleNamespace(entity=entity, presenter=PRESENT)
    (highlight,) = results_of(visit)
    return [(each.text, each.note) for each in highlight.shows(visit, record, {}, {})["results"]]


def test_a_profit_that_other_currencies_leave_unknown_is_said_to_be() -> None:
    """E2: it is neither a loss nor left out without a word."""
    foreign = [{"currency": "RON", "amount": "50000"}]
    euros = {"currency": "EUR", "won_amount": "0", "profit": None}
    assert shown(euros | {"won_by_currency": foreign})[1] == ("–", "Won elsewhere")  # noqa: RUF001 - the dash that stands for no number
    assert shown(euros | {"won_by_currency": []}) == [("€0", "")]


def test_what_was_won_in_another_currency_alone_is_the_figure() -> None:
    """E2: EUR 0 stood first, as if nothing had been won."""
    foreign = [{"currency": "RON", "amount": "50000"}]
    euros = {"currency": "EUR", "won_amount": "0.00", "won_by_currency": foreign}
    assert shown(euros)[0] == ("RON\N{NO-BREAK SPACE}50,000", "")


def test_nothing_is_said_of_a_figure_that_the_reader_may_not_see() -> None:
    """E2"""
    foreign = [{"currency": "RON", "amount": "50000"}]
    assert len(shown({"currency": "EUR", "won_amount": "0", "won_by_currency": foreign})) == 1
