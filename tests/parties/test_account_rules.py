"""What an account may say of itself."""

from decimal import Decimal

import pytest

from kit.actor import Actor
from kit.errors import Invalid
from services.parties.model.accounts import Account, Relationships
from services.parties.model.addresses import AccountAddress
from services.parties.model.bank_accounts import BankAccount


def test_an_account_may_be_customer_and_supplier_at_once() -> None:
    """PA-01"""
    assert Relationships().parse(["customer", "supplier"]) == ["customer", "supplier"]


def test_an_unknown_relationship_is_refused() -> None:
    """PA-01"""
    with pytest.raises(ValueError, match="friend"):
        Relationships().parse(["friend"])


def test_the_head_office_says_where_an_account_is_at_home() -> None:
    """PA-08"""
    account = Account(
        name="Acme",
        addresses=[
            AccountAddress.read({"kind": "branch", "country": "FR"}),
            AccountAddress.read({"kind": "head_office", "country": "DE"}),
        ],
    )
    account.prepare(Actor.system("test"))
    assert account.country == "DE"


@pytest.mark.parametrize("written", ["de", "DE", "Germany", " germany "])
def test_a_country_is_kept_as_its_code(written: str) -> None:
    assert AccountAddress.read({"country": written}).country == "DE"


def test_a_country_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no country"):
        AccountAddress.read({"country": "Atlantis"})


def test_an_iban_is_kept_without_blanks() -> None:
    """PA-07"""
    row = BankAccount.read({"number": "de89 3704 0044 0532 0130 00"})
    assert row.number == "DE89370400440532013000"


def test_an_iban_with_a_slip_is_refused() -> None:
    """PA-07"""
    with pytest.raises(ValueError, match="check digits"):
        BankAccount.read({"number": "DE89 3704 0044 0532 0130 01"})


def test_a_number_that_is_no_iban_is_taken_as_written() -> None:
    """PA-07"""
    assert BankAccount.read({"number": "12-345678-9", "currency": "CHF"}).number == "12-345678-9"


@pytest.mark.parametrize(
    ("revenue", "currency", "field"), [(-1, "EUR", "annual_revenue"), (1, None, "currency")]
)
def test_revenue_is_an_amount_in_a_currency(revenue: int, currency: str | None, field: str) -> None:
    account = Account(name="Acme", annual_revenue=Decimal(revenue), currency=currency)
    with pytest.raises(Invalid) as refusal:
        account.check()
    assert list(refusal.value.fields) == [field]
