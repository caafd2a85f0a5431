"""What a conversion keeps of a lead, and when it is told."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from crm.parties.v1 import events_pb2 as events

from kit.actor import Actor
from kit.errors import Refused
from kit.ids import uuid7
from services.parties.model.conversions import Conversion
from services.parties.model.leads import Lead

AT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def a_lead() -> Lead:
    lead = Lead(
        last_name="Pop",
        company="Acme",
        status="qualified",
        owner_id=uuid7(),
        campaign_id=uuid7(),
        estimated_amount=Decimal("1500.50"),
        score=80,
        tags=["key_account", "fair_2026"],
        consent_at=AT,
        created_at=AT,
        updated_at=AT,
        created_by="somebody",
        updated_by="somebody",
        custom={"shoe_size": "44"},
    )
    lead.prepare(Actor.system("test"))
    return lead


def converted(lead: Lead, *, opportunity_name: str | None = "Acme") -> Conversion:
    return Conversion.of(
        lead,
        account_id=uuid7(),
        new_account=True,
        contact_id=uuid7(),
        new_contact=True,
        given={},
        opportunity_name=opportunity_name,
        at=AT,
        by="somebody",
    )


def test_the_id_of_the_lead_is_the_id_of_its_conversion() -> None:
    """PA-28"""
    lead = a_lead()
    assert converted(lead).id == lead.id


def test_every_filled_field_of_the_lead_lives_on() -> None:
    """PA-28"""
    lead = a_lead()
    again = converted(lead).as_lead()
    for name in Lead.fields.keys() - {"version", "converted_at", "account_id", "contact_id"}:
        assert getattr(again, name) == getattr(lead, name), name
    assert again.custom == {"shoe_size": "44"}


def test_the_lead_of_a_conversion_says_what_it_became() -> None:
    """PA-28"""
    conversion = converted(a_lead())
    conversion.complete(UUID(int=7))
    lead = conversion.as_lead()
    assert (lead.account_id, lead.contact_id) == (conversion.account_id, conversion.contact_id)
    assert (lead.opportunity_id, lead.converted_at) == (UUID(int=7), AT)


def test_a_conversion_is_told_when_the_opportunity_is_there() -> None:
    """PA-26"""
    conversion = converted(a_lead())
    assert conversion.announced() == []
    conversion.complete(UUID(int=7))
    (told,) = conversion.announced()
    assert isinstance(told, events.LeadConverted)
    assert (told.opportunity_id, told.new_account) == (str(UUID(int=7)), True)
    assert told.campaign_id == str(conversion.campaign_id)


def test_a_conversion_without_an_opportunity_is_told_at_once() -> None:
    conversion = converted(a_lead(), opportunity_name=None)
    assert conversion.done
    assert len(conversion.announced()) == 1


def test_completing_twice_gives_one_result() -> None:
    """PA-29"""
    conversion = converted(a_lead())
    conversion.complete(UUID(int=7))
    conversion.complete(UUID(int=7))
    assert len(conversion.announced()) == 1
    with pytest.raises(Refused):
        conversion.complete(UUID(int=8))


def test_a_conversion_stays() -> None:
    with pytest.raises(Refused):
        converted(a_lead()).removing()
