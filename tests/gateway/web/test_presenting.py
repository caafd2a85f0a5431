"""Values read as the person's locale and zone have it."""

import pytest

from gateway.web.described.fields import Field, Option
from gateway.web.frame.presenting import Cell, Presenter, initials


def a_presenter(locale: str = "en_GB", zone: str = "Europe/Bucharest") -> Presenter:
    return Presenter.of({"locale": locale, "time_zone": zone}, {"parties.Account": "accounts"})


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        ("en_GB", "1234567.50", "EUR", "€1,234,567.50"),
        ("en_GB", "1200.0000", "RON", "RON\u00a01,200"),
        ("ro_RO", "1200", "EUR", "1.200\u00a0EUR"),
        ("en_GB", "12", None, "12"),
    ],
)
def test_money_stands_in_its_currency(
    locale: str, amount: str, currency: str | None, text: str
) -> None:
    assert a_presenter(locale).money(amount, currency) == text


def test_an_instant_is_shown_in_the_persons_zone() -> None:
    assert a_presenter().instant("2026-07-01T22:30:00Z") == "2 Jul 2026, 01:30"


def test_an_unknown_locale_or_zone_does_not_stop_a_page() -> None:
    assert a_presenter("xx", "Mars/Olympus").instant("2026-07-01T22:30:00Z") == "1 Jul 2026, 22:30"


def test_a_reference_leads_to_its_record() -> None:
    field = Field("account_id", "Account", "reference", target="parties.Account")
    titles = {("parties.Account", "7"): "Acme"}
    cell = a_presenter().cell(field, {"account_id": "7"}, titles)
    assert cell == Cell("reference", "Acme", "/accounts/7")


def test_a_record_that_the_person_may_not_see_keeps_its_name() -> None:
    field = Field("account_id", "Account", "reference", target="parties.Account")
    cell = a_presenter().cell(field, {"account_id": "7"}, {})
    assert (cell.kind, cell.href) == ("hidden", "")


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    field = Field("website", "Website", "url")
    assert a_presenter().cell(field, {"website": "javascript:alert(1)"}, {}).href == ""


@pytest.mark.parametrize(
    ("stored", "read", "dialled"),
    [
        ("+12065550100;ext=12", "+1 206 555 0100 ext. 12", "tel:+12065550100;ext=12"),
        ("+40211234567", "+40 21 123 4567", "tel:+40211234567"),
        ("021/123-4567;ext=12", "021/123-4567 ext. 12", "tel:0211234567;ext=12"),
        ("(206) 555-0100 x 12", "(206) 555-0100 x 12", "tel:2065550100;ext=12"),
        ("021 123 4567", "021 123 4567", "tel:0211234567"),
        ("nobody knows", "nobody knows", "tel:nobody knows"),
    ],
)
def test_a_number_is_shown_to_be_read_and_leads_to_a_call(
    stored: str, read: str, dialled: str
) -> None:
    """C5: an extension is kept and shown; what stands in the address is RFC 3966."""
    cell = a_presenter().cell(Field("phone", "Phone", "phone"), {"phone": stored}, {})
    assert cell == Cell("link", read, dialled)


def test_a_picklist_is_shown_by_its_label() -> None:
    field = Field(
        "stage", "Stage", "picklist", options=(Option("won", "Closed, won", tone="green"),)
    )
    assert a_presenter().cell(field, {"stage": "won"}, {}) == Cell(
        "badge", "Closed, won", tone="green"
    )


def test_initials_come_from_the_first_and_the_last_name() -> None:
    assert [initials(name) for name in ("Ana Maria Popescu", "Plato", "")] == ["AP", "P", ""]
