"""Who can be a member of a campaign, and the states a member goes through."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kit.errors import Invalid, Refused
from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.members import Member

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def a_campaign() -> Campaign:
    return Campaign(name="Spring fair")


def a_member(campaign: Campaign) -> Member:
    member = Member(contact_id=uuid4())
    member.join(campaign, NOW, "ana")
    return member


def test_a_new_member_is_in_the_campaigns_first_state() -> None:
    """CA-19"""
    campaign = a_campaign()
    member = a_member(campaign)
    assert (member.campaign_id, member.state) == (campaign.id, "Planned")
    assert [(row.state, row.at, row.by) for row in member.state_log] == [("Planned", NOW, "ana")]


def test_every_state_is_logged() -> None:
    """CA-19"""
    campaign = a_campaign()
    member = a_member(campaign)
    member.set_state(campaign, "Interest", LATER, "dan")
    assert [(row.state, row.by) for row in member.state_log] == [
        ("Planned", "ana"),
        ("Interest", "dan"),
    ]


def test_the_same_state_again_changes_nothing() -> None:
    """CA-19"""
    campaign = a_campaign()
    member = a_member(campaign)
    member.set_state(campaign, "Planned", LATER, "dan")
    assert len(member.state_log) == 1


def test_a_state_that_the_campaign_lacks_is_named_with_those_it_has() -> None:
    """CA-19"""
    campaign = a_campaign()
    member = a_member(campaign)
    with pytest.raises(Invalid, match="Planned, Sent, Confirmed") as wrong:
        member.set_state(campaign, "Bought", LATER, "dan")
    assert (set(wrong.value.fields), member.state) == ({"state"}, "Planned")


def test_the_first_answer_is_remembered() -> None:
    campaign = a_campaign()
    member = a_member(campaign)
    member.set_state(campaign, "Sent", NOW, "dan")
    assert member.responded_at is None
    member.set_state(campaign, "Interest", LATER, "dan")
    member.set_state(campaign, "Confirmed", LATER + timedelta(days=1), "dan")
    assert member.responded_at == LATER


def test_nobody_joins_a_completed_campaign() -> None:
    with pytest.raises(Refused):
        a_member(Campaign(name="Spring fair", status="completed"))


def test_a_member_is_a_contact_or_a_lead() -> None:
    Member(contact_id=uuid4()).check()
    Member(lead_id=uuid4()).check()
    with pytest.raises(Invalid, match="Choose the contact or the lead"):
        Member().check()
    with pytest.raises(Invalid, match="either a contact or a lead"):
        Member(contact_id=uuid4(), lead_id=uuid4()).check()
