"""Leads at the boundary, before they are converted."""

from typing import Any

import pytest
from crm.parties.v1 import leads_pb2 as pb
from crm.v1 import standard_pb2

from kit.errors import Invalid
from kit.ids import uuid7
from tests.parties.desk import Desk

FULL: dict[str, Any] = {
    "first_name": "Ana",
    "last_name": "Pop",
    "company": "Acme",
    "job_title": "Buyer",
    "email": "ana@acme.example",
    "phone": "+40211234567",
    "mobile": "+40721123456",
    "website": "https://acme.example",
    "status": "qualified",
    "source": "event",
    "source_note": "Met at the stand",
    "campaign_id": "01980000-0000-7000-8000-00000000ca3a",
    "event_name": "CeBIT 2031",
    "channel": "mobile",
    "consent_at": "2031-05-01T09:30:00Z",
    "consent_note": "Gave a card",
    "industry": "software",
    "estimated_amount": "1500.5",
    "currency": "RON",
    "score": 80,
    "rating": "hot",
    "qualification_note": "Budget agreed",
    "street": "Main 1",
    "city": "Cluj",
    "region": "Cluj",
    "postal_code": "400001",
    "country": "RO",
    "description": "Two lines.\nOf text.",
}
"""A lead of which everything is known but the product, which sales keeps."""


async def test_a_lead_keeps_all_that_is_said_of_it(desk: Desk) -> None:
    """PA-23, PA-24, PA-25"""
    made = await desk.lead(**FULL)
    kept = await desk.leads.Get(standard_pb2.GetRequest(id=made.id))
    assert {name: getattr(kept, name) for name in FULL} == FULL


async def test_a_lead_of_a_fair_names_event_and_campaign(desk: Desk) -> None:
    """PA-24"""
    campaign_id = await desk.serving.keeps("campaigns.Campaign")
    made = await desk.lead(source="event", event_name="CeBIT", campaign_id=campaign_id)
    asked = standard_pb2.ListRequest(filter=f'campaign_id = "{campaign_id}"')
    assert [each.id for each in (await desk.leads.List(asked)).items] == [made.id]


async def test_consent_is_kept_with_its_channel_and_moment(desk: Desk) -> None:
    """PA-25"""
    made = await desk.lead(
        channel="phone", consent_at="2031-05-01T11:30:00+02:00", consent_note="Wrote it"
    )
    assert (made.channel, made.consent_at) == ("phone", "2031-05-01T09:30:00Z")


async def test_a_channel_is_one_that_exists(desk: Desk) -> None:
    """PA-25"""
    with pytest.raises(Invalid) as wrong:
        await desk.lead(channel="pigeon")
    assert set(wrong.value.fields) == {"channel"}


async def test_a_lead_is_a_person_or_a_company(desk: Desk) -> None:
    """PA-23"""
    assert (await desk.leads.Create(pb.Lead(company="Acme"))).name == "Acme"
    with pytest.raises(Invalid) as wrong:
        await desk.leads.Create(pb.Lead(email="ana@acme.example"))
    assert set(wrong.value.fields) == {"last_name"}


async def test_what_a_lead_became_is_no_field_to_fill_in(desk: Desk) -> None:
    """PA-28"""
    with pytest.raises(Invalid) as wrong:
        await desk.lead(account_id=str(uuid7()))
    assert set(wrong.value.fields) == {"account_id"}
