"""PA-34, SC-25: a decision that what a person has goes to others, by a right of its own."""

import asyncio
from typing import Any

import pytest
from crm.identity.v1 import hand_overs_pb2, people_pb2, profiles_pb2, reports_pb2
from crm.identity.v1.hand_overs_pb2_grpc import HandOversStub
from crm.identity.v1.reports_pb2_grpc import ReportsStub
from crm.v1 import hand_overs_pb2 as kit_pb
from crm.v1 import standard_pb2
from crm.v1.hand_overs_pb2_grpc import HandOversStub as PartsStub
from crm.v1.notices_pb2 import NoticeGiven

from kit.errors import Denied, Invalid, NotFound, Refused
from tests.identity.office import Office, actor, unique

REPORT = "identity.Report"


class Desk:
    """Where somebody decides who takes over."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.stub: Any = office.serving.stub(HandOversStub, office.admin)
        self.parts: Any = office.serving.stub(PartsStub, office.admin)

    async def decide(self, leaving: Any, taking: Any, **said: Any) -> Any:
        given = {"person_id": leaving.id, "successor_id": taking.id if taking else None, **said}
        return await self.stub.Create(hand_overs_pb2.HandOver(**given))

    async def ended(self, decision: Any, *, back: bool = False) -> Any:
        """What identity itself does of it, once it has heard of it and is done."""
        while True:
            told = await self.parts.Get(kit_pb.HandOverRequest(id=decision.id))
            for part in told.items:
                if (part.back if back else part.run).ended_at:
                    return part
            await asyncio.sleep(0.05)


async def report_of(office: Office, person: Any) -> Any:
    stub: Any = office.serving.stub(ReportsStub, actor(person))
    return await stub.Create(
        reports_pb2.Report(name=unique("Report"), entity_name="sales.Opportunity")
    )


async def owner_of(office: Office, report: Any) -> str:
    stub: Any = office.serving.stub(ReportsStub, office.admin)
    return str((await stub.Get(standard_pb2.GetRequest(id=report.id))).owner_id)


async def test_one_decision_is_done_told_once_and_taken_back(office: Office) -> None:
    """By the event alone; she may have left by then, and gets it back all the same."""
    ana, ben = await office.seller("Ana"), await office.seller("Ben")
    reports = [await report_of(office, ana) for _ in range(2)]
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=ana.id))
    desk = Desk(office)
    decision = await desk.decide(ana, ben, reason="She leaves")
    part = await desk.ended(decision)
    assert (part.entity, part.run.changed, part.successor_id) == (REPORT, 2, ben.id)
    assert {await owner_of(office, each) for each in reports} == {ben.id}
    told = map(NoticeGiven.FromString, await office.serving.announced("crm.identity.notice.given"))
    [word] = [each for each in told if each.record_id == ana.id]
    assert (word.what, word.actor) == ("handed_over", office.admin.name)
    assert [(each.person_id, each.kind) for each in word.addressees] == [(ben.id, "assigned")]
    request = hand_overs_pb2.TakeBackHandOver(id=decision.id)
    assert (await desk.stub.TakeBack(request)).taken_back_at
    assert (await desk.ended(decision, back=True)).back.changed == 2
    assert {await owner_of(office, each) for each in reports} == {ana.id}
    with pytest.raises(Refused):
        await desk.stub.TakeBack(request)


async def test_what_makes_no_sense_is_named(office: Office) -> None:
    ana, ben, gone = [await office.seller(name) for name in ("Ana", "Ben", "Gone")]
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=gone.id))
    desk = Desk(office)
    deal, person = "sales.Opportunity", "identity.Person"
    for said, field in (
        ({"successor_id": None}, "successor_id"),
        ({"successor_id": ana.id}, "successor_id"),
        ({"successor_id": gone.id}, "successor_id"),
        ({"successions": [{"entity": person, "successor_id": ben.id}]}, "successions"),
        ({"successions": [{"entity": "chat.Room"}]}, "successions"),
        ({"successions": [{"entity": "<b>.X"}]}, "successions"),
        ({"successions": [{"entity": deal}, {"entity": deal}]}, "successions"),
        ({"successions": [{"entity": deal, "successor_id": ana.id}]}, "successions"),
        ({"successions": [{"entity": deal, "successor_id": gone.id}]}, "successions"),
        ({"person_id": None}, "person_id"),
    ):
        with pytest.raises(Invalid) as refused:
            await desk.decide(ana, ben, **said)
        assert [*refused.value.fields] == [field], said


async def test_it_takes_the_right_and_leads_nobody_to_what_he_does_not_see(office: Office) -> None:
    """ID-05: neither to himself nor to those below, unless he sees it already."""
    ana, ben = await office.seller("Ana"), await office.seller("Ben")
    plain = Desk(office.as_person(actor(ben)))
    with pytest.raises(Denied):
        await plain.decide(ana, ben)
    everything = profiles_pb2.Permission(entity="*", view=True, create=True, edit=True, delete=True)
    decides = profiles_pb2.Permission(entity="identity.HandOver", create=True)
    profile = await office.profile(everything, decides)
    above = await office.role()
    below = await office.role(parent_id=above.id)
    dana = await office.person("Dana", profile_ids=[profile.id], role_ids=[above.id])
    sam = await office.seller("Sam", role_ids=[below.id])
    desk = Desk(office.as_person(actor(dana)))
    for taking in (dana, sam):
        with pytest.raises(Denied) as refused:
            await desk.decide(ana, taking)
        assert [*refused.value.fields] == ["successor_id"]
    with pytest.raises(Denied):
        await desk.decide(ana, ben, successions=[{"entity": REPORT, "successor_id": sam.id}])
    decision = await desk.decide(ana, ben)
    assert (await desk.decide(sam, dana)).id
    others = Desk(office.as_person(actor(sam)))
    with pytest.raises(NotFound):
        await others.stub.Get(standard_pb2.GetRequest(id=decision.id))
