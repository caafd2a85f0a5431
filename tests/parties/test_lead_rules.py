"""What makes a lead, and what it turns into."""

from decimal import Decimal
from typing import Any

import pytest

from kit.actor import Actor
from kit.errors import Invalid, Refused
from kit.ids import uuid7
from services.parties.model.leads import Lead


def a_lead(**given: Any) -> Lead:
    known = {"first_name": "Ana", "last_name": "Pop", "company": "Acme", "owner_id": uuid7()}
    lead = Lead(**(known | given))
    lead.prepare(Actor.system("test"))
    return lead


def test_a_lead_without_a_person_is_named_after_its_company() -> None:
    """PA-23"""
    assert a_lead(first_name=None, last_name=None).name == "Acme"


def test_a_lead_has_a_name_or_a_company() -> None:
    with pytest.raises(Invalid, match="company"):
        a_lead(first_name=None, last_name=None, company=None).check()


def test_an_estimate_needs_a_currency() -> None:
    with pytest.raises(Invalid) as refusal:
        a_lead(estimated_amount=Decimal(100), currency=None).check()
    assert list(refusal.value.fields) == ["currency"]


@pytest.mark.parametrize("status", ["new", "working", "unqualified"])
def test_a_lead_that_is_not_qualified_does_not_convert(status: str) -> None:
    """PA-27"""
    with pytest.raises(Refused, match="qualify"):
        a_lead(status=status).refuse_early_conversion(override=False)


@pytest.mark.parametrize(("status", "override"), [("qualified", False), ("new", True)])
def test_a_qualified_or_overridden_lead_converts(status: str, override: bool) -> None:
    """PA-27"""
    a_lead(status=status).refuse_early_conversion(override=override)


def test_a_lead_becomes_an_account_and_a_contact_of_the_same_owner() -> None:
    """PA-26"""
    lead = a_lead(email="ana@acme.example", city="Cluj", country="RO")
    account = lead.to_account()
    contact = lead.to_contact(account.id)
    assert contact is not None
    assert (account.name, account.kinds, account.owner_id) == ("Acme", ["prospect"], lead.owner_id)
    assert (account.addresses[0].city, account.country) == ("Cluj", "RO")
    assert (contact.last_name, contact.email) == ("Pop", "ana@acme.example")
    assert (contact.account_id, contact.owner_id) == (account.id, lead.owner_id)


def test_a_lead_without_a_company_is_an_account_of_its_own() -> None:
    """PA-26"""
    assert a_lead(company=None).to_account().name == "Ana Pop"


def test_a_lead_without_a_person_brings_no_contact() -> None:
    """PA-26"""
    lead = a_lead(first_name=None, last_name=None, email="info@acme.example")
    assert lead.to_contact(uuid7()) is None
    assert lead.to_account().email == "info@acme.example"
