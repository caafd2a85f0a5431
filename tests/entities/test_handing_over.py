"""PA-34: in every service what a person has is counted, by whatever field says that she has it."""

from typing import Any

import pytest
from crm.v1 import hand_overs_pb2 as pb
from crm.v1.hand_overs_pb2_grpc import HandOversStub

from kit.actor import Actor
from kit.handover.holdings import handed_over
from kit.handover.listening import take_over
from kit.ids import uuid7
from tests.entities.cases import CREATED, SERVICES, Case
from tests.entities.factories import Office

HANDED_OVER = [case for case in CREATED if list(handed_over([case.record]))]


def holdings(office: Office, service: str) -> Any:
    return office.servings[service].stub(HandOversStub, office.actor)


@pytest.mark.parametrize("case", HANDED_OVER, ids=str)
async def test_what_somebody_makes_is_hers(office: Office, case: Case) -> None:
    assert office.actor.person_id is not None
    await office.make(case)
    asked = pb.HoldingsRequest(person_id=str(office.actor.person_id))
    told = {each.entity: each for each in (await holdings(office, case.service).Count(asked)).items}
    mine = told[str(case)]
    assert mine.open + mine.ended > 0
    assert set(mine.fields) == set(case.record.assigned_by)


@pytest.mark.parametrize("service", SERVICES)
async def test_of_somebody_without_records_nothing_goes(office: Office, service: str) -> None:
    event = pb.HandOverDecided(
        id=str(uuid7()),
        person_id=str(uuid7()),
        successor_id=str(uuid7()),
        decided_by=office.actor.name,
    )
    async with office.servings[service].process.work(Actor.system(f"{service}.take_over")) as work:
        await take_over(event, work)
    parts = await holdings(office, service).Get(pb.HandOverRequest(id=event.id))
    assert not parts.items
