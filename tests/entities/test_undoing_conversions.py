"""PA-28, PA-29: a conversion is taken back in every service, and what was used since stays and is told."""

from dataclasses import dataclass
from typing import Any

import pytest
from crm.parties.v1 import leads_pb2
from crm.v1 import standard_pb2
from crm.v1.merges_pb2 import UnmakeRequest
from crm.v1.merges_pb2_grpc import MergesStub

from kit.access.entries import Permission
from kit.errors import Conflict, Denied, NotFound, Refused
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office
from tests.entities.test_bin import beside, in_bin, restoring
from tests.entities.test_erasing import age, empty
from tests.entities.test_notes import listed, written
from tests.waiting import until

LEAD, ACCOUNT, CONTACT, DEAL, TICKET, ACTIVITY, MEMBER = (
    CASES[each]
    for each in (
        "parties.Lead",
        "parties.Account",
        "parties.Contact",
        "sales.Opportunity",
        "helpdesk.Ticket",
        "scheduling.Activity",
        "campaigns.Member",
    )
)


@dataclass
class Known:
    """A lead on which something hangs in every service."""

    office: Office
    lead: Any
    activity: Any
    member: Any
    note: Any

    async def get(self, case: Case, id: str) -> Any:
        return await self.office.stub(case).Get(standard_pb2.GetRequest(id=id))

    async def convert(self, **more: Any) -> Any:
        request = leads_pb2.ConvertLead(id=self.lead.id, **more)
        done = await self.office.stub(LEAD).Convert(request)

        async def has_followed() -> bool:
            activity = await self.get(ACTIVITY, self.activity.id)
            member = await self.get(MEMBER, self.member.id)
            heir = done.opportunity_id or done.contact_id
            return (activity.related_id, member.contact_id) == (heir, done.contact_id)

        await until(has_followed, "what hung on the lead follows it")
        return done

    async def undo(self, actor: Any = None, **more: Any) -> Any:
        request = leads_pb2.UndoConversionRequest(id=self.lead.id, **more)
        return await self.office.stub(LEAD, actor).UndoConversion(request)

    async def is_back(self) -> None:
        """Waits for whatever hung on the lead."""

        async def is_back() -> bool:
            activity = await self.get(ACTIVITY, self.activity.id)
            member = await self.get(MEMBER, self.member.id)
            return (activity.related_id, member.lead_id) == (self.lead.id, self.lead.id)

        await until(is_back, "what hung on the lead names it again")

    async def notes(self, case: Case, id: str) -> list[str]:
        return [each.id for each in await listed(self.office, case, case.message(id=id))]

    async def counts(self) -> list[int]:
        """How many records stand in every service."""
        cases = (LEAD, ACCOUNT, CONTACT, DEAL, ACTIVITY, MEMBER)
        asked = standard_pb2.ListRequest(count=True, page_size=1)
        return [(await self.office.stub(each).List(asked)).page.total for each in cases]


def of(told: Any) -> dict[str, str]:
    """What becomes of each record, by its entity."""
    return {each.entity: each.what for each in told.records}


def uses(told: Any, case: Case) -> list[tuple[str, str]]:
    """Why one stays: in which way, and by which field or record."""
    (record,) = (each for each in told.records if each.entity == str(case))
    return sorted((each.what, each.field or each.entity) for each in record.uses)


@pytest.fixture
async def known(office: Office) -> Known:
    more = {"company": "Acme", "phone": "+40211234567", "email": "ana@acme.example"}
    lead = await office.make(LEAD, status="qualified", **more)
    about = {"related_entity": str(LEAD), "related_id": lead.id}
    activity = await office.make(ACTIVITY, **about)
    message = await office.message(MEMBER, lead_id=lead.id)
    message.ClearField("contact_id")
    member = await office.stub(MEMBER).Create(message)
    return Known(office, lead, activity, member, await written(office, LEAD, lead, "Likes tea."))


async def test_all_is_as_it_was_in_every_service(known: Known) -> None:
    before, counted = await known.get(LEAD, known.lead.id), await known.counts()
    became = await known.convert()
    tried = await known.undo(dry_run=True)
    assert of(tried) == dict.fromkeys((str(DEAL), str(CONTACT), str(ACCOUNT)), "binned")
    assert (await known.get(LEAD, known.lead.id)).account_id == became.account_id
    assert of(await known.undo()) == of(tried)
    again = await known.get(LEAD, known.lead.id)
    for name in ("version", "updated_at", "updated_by"):
        again.ClearField(name)
        before.ClearField(name)
    assert again == before
    assert await known.notes(LEAD, known.lead.id) == [known.note.id]
    await known.is_back()
    assert await known.counts() == counted
    for case, id in ((ACCOUNT, became.account_id), (DEAL, became.opportunity_id)):
        assert id in await in_bin(known.office, case)
    # It is converted anew, and another deal is made.
    assert (await known.convert()).opportunity_id not in ("", became.opportunity_id)


async def test_what_was_changed_or_used_stays_and_is_told(known: Known) -> None:
    became = await known.convert()
    ticket = await known.office.make(TICKET, account_id=became.account_id)
    edited = CONTACT.message(id=became.contact_id, job_title="Buyer")
    mask = {"paths": ["job_title"]}
    await known.office.stub(CONTACT).Update(CONTACT.patch(record=edited, mask=mask))
    told = await known.undo()
    assert of(told) == {str(DEAL): "binned", str(CONTACT): "kept", str(ACCOUNT): "kept"}
    assert uses(told, CONTACT) == [("changed", "job_title")]
    assert uses(told, ACCOUNT) == [("named", "account_id"), ("named", "account_id")]
    assert ticket.id in {use.id for each in told.records for use in each.uses}
    assert (await known.get(CONTACT, became.contact_id)).job_title == "Buyer"
    assert (await known.get(LEAD, known.lead.id)).status == "qualified"
    await known.is_back()


async def test_a_deal_that_went_on_keeps_all_on_which_it_hangs(known: Known) -> None:
    became = await known.convert()
    edited = DEAL.message(id=became.opportunity_id, next_step="Call")
    await known.office.stub(DEAL).Update(DEAL.patch(record=edited, mask={"paths": ["next_step"]}))
    told = await known.undo()
    assert set(of(told).values()) == {"kept"}
    assert uses(told, CONTACT) == [("named", "contact_id")]
    kept = await known.get(DEAL, became.opportunity_id)
    assert (kept.next_step, kept.lead_id) == ("Call", known.lead.id)
    assert (await known.convert()).opportunity_id != kept.id


async def test_records_that_were_there_say_again_what_they_said(known: Known) -> None:
    account = await known.office.make(ACCOUNT, name="Known", phone=None, email=None)
    lead = known.lead
    contact = await known.office.make(CONTACT, account_id=account.id, email=lead.email, phone=None)
    before = await known.get(CONTACT, contact.id)
    became = await known.convert(account_id=account.id)
    assert became.contact_id == contact.id
    assert (await known.get(CONTACT, contact.id)).phone == lead.phone
    phone = "+40219999999"
    assert (await known.get(ACCOUNT, account.id)).phone == lead.phone
    edited = ACCOUNT.message(id=account.id, phone=phone)
    await known.office.stub(ACCOUNT).Update(ACCOUNT.patch(record=edited, mask={"paths": ["phone"]}))
    told = await known.undo()
    fields = {each.entity: (list(each.emptied), list(each.kept)) for each in told.records}
    assert "phone" in fields[str(CONTACT)][0]
    assert fields[str(ACCOUNT)][1] == ["phone"]
    again = await known.get(CONTACT, contact.id)
    assert again.phone == before.phone
    assert (await known.get(ACCOUNT, account.id)).phone == phone


async def test_what_is_out_of_sight_is_told_as_a_count(
    known: Known, organisation: TestOrganisation
) -> None:
    became = await known.convert()
    await known.office.make(TICKET, account_id=became.account_id)
    works = [
        Permission(entity=str(each), view=True, create=True, edit=True)
        for each in (LEAD, ACCOUNT, CONTACT, DEAL)
    ]
    eve = await organisation.person("Eve", *works)
    told = await known.undo(eve, dry_run=True)
    assert uses(told, ACCOUNT) == [("hidden", "")]
    reader = await organisation.person("Rea", Permission(entity="*", view=True))
    with pytest.raises(Denied):
        await known.undo(reader)
    nobody = await organisation.person("Stu", Permission(entity="parties.Lead", view=True))
    with pytest.raises((Denied, NotFound)):
        await known.undo(nobody, dry_run=True)


async def test_a_lead_that_stands_has_nothing_to_take_back(known: Known) -> None:
    with pytest.raises(Refused, match="was not converted"):
        await known.undo()


async def test_a_converted_lead_is_in_no_bin_and_comes_back_by_this_alone(known: Known) -> None:
    became = await known.convert()
    assert known.lead.id not in await in_bin(known.office, LEAD)
    with pytest.raises(Refused):
        await beside(known.office, LEAD).Restore(restoring(LEAD, known.lead))
    with pytest.raises(Conflict):
        await known.undo(version=99)
    gateway = known.office.servings["sales"].stub(MergesStub, known.office.actor)
    with pytest.raises(Denied):
        await gateway.Unmake(UnmakeRequest(entity=str(DEAL), id=became.opportunity_id))


async def test_after_its_time_the_lead_is_gone_and_what_it_became_goes_on(known: Known) -> None:
    became = await known.convert()
    await age(known.office, LEAD, known.lead, 31)
    await empty(known.office, LEAD)
    with pytest.raises(Refused):
        await known.undo()
    again = await known.get(LEAD, known.lead.id)
    assert (again.name, again.account_id) == (known.lead.name, became.account_id)
