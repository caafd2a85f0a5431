"""What was noted about a lead stays in sight when the lead becomes an account, a contact and a deal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
from crm.parties.v1.events_pb2 import LeadConverted
from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.events.connection import Connection, connect
from kit.events.publishing.outbox import Announcement, rows
from kit.testing.serving import Serving
from tests.house import House

Tell = Callable[[LeadConverted], Awaitable[None]]


@pytest.fixture
async def operator(house: House, serving: Serving) -> AsyncIterator[Connection]:
    """Somebody who may publish in the name of parties."""
    connection = await connect(house.nats.url, "tests")
    yield connection
    await connection.close()


@pytest.fixture
def tell(operator: Connection) -> Tell:
    async def told(event: LeadConverted) -> None:
        sent = rows([Announcement.of(event)], service="parties", actor="system:test")
        headers = orjson.loads(sent["headers"][0])
        await operator.jetstream().publish(sent["subjects"][0], sent["bodies"][0], headers=headers)

    return told


@pytest.fixture
def activities(serving: Serving, ana: Actor) -> Any:
    return serving.stub(ActivitiesStub, ana)


async def moved(activities: Any, made: Any) -> Any:
    """The activity as soon as somebody has changed it."""
    async with asyncio.timeout(20):
        while True:
            found = await activities.Get(standard_pb2.GetRequest(id=made.id))
            if found.version != made.version:
                return found
            await asyncio.sleep(0.01)


async def became(serving: Serving, *, deal: bool = True, contact: bool = True) -> dict[str, str]:
    """The ids of what a lead became."""
    ids = {"account_id": await serving.keeps("parties.Account")}
    if contact:
        ids["contact_id"] = await serving.keeps("parties.Contact")
    if deal:
        ids["opportunity_id"] = await serving.keeps("sales.Opportunity")
    return ids


@pytest.mark.parametrize(
    ("deal", "contact", "about"),
    [
        (True, True, ("sales.Opportunity", "opportunity_id")),
        (False, True, ("parties.Contact", "contact_id")),
        (False, False, ("parties.Account", "account_id")),
    ],
)
async def test_a_lead_s_activities_go_on_with_what_it_became(
    serving: Serving, activities: Any, tell: Tell, deal: bool, contact: bool, about: tuple[str, str]
) -> None:
    """B3: they were on none of the three pages, and an account's filter did not find them."""
    lead = await serving.keeps("parties.Lead")
    made = await activities.Create(
        pb.Activity(name="First call", related_entity="parties.Lead", related_id=lead)
    )
    ids = await became(serving, deal=deal, contact=contact)
    await tell(LeadConverted(lead_id=lead, **ids))
    found = await moved(activities, made)
    assert (found.related_entity, found.related_id) == (about[0], ids[about[1]])
    assert found.account_id == ids["account_id"]
    assert list(found.contact_ids) == [ids[name] for name in ids if name == "contact_id"]


async def test_of_many_conversions_at_once_each_takes_its_own_activities_along(
    serving: Serving, activities: Any, tell: Tell
) -> None:
    """Most leads have none: they are passed by together, and the others are not."""
    leads = [await serving.keeps("parties.Lead") for _ in range(12)]
    about = [{"related_entity": "parties.Lead", "related_id": lead} for lead in leads[::5]]
    made = [await activities.Create(pb.Activity(name="Call", **each)) for each in about]
    heirs = {lead: await became(serving, deal=False, contact=False) for lead in leads}
    for lead, ids in heirs.items():
        await tell(LeadConverted(lead_id=lead, **ids))
    found = [await moved(activities, each) for each in made]
    assert [each.account_id for each in found] == [heirs[lead]["account_id"] for lead in leads[::5]]


async def test_an_activity_keeps_the_account_that_it_names(
    serving: Serving, activities: Any, tell: Tell
) -> None:
    """B3: what somebody has said is not overwritten; a contact who takes part does so once."""
    lead, own = await serving.keeps("parties.Lead"), await serving.keeps("parties.Account")
    ids = await became(serving)
    about = {"related_entity": "parties.Lead", "related_id": lead, "account_id": own}
    made = await activities.Create(
        pb.Activity(name="Call", contact_ids=[ids["contact_id"]], **about)
    )
    await tell(LeadConverted(lead_id=lead, **ids))
    found = await moved(activities, made)
    assert (found.account_id, list(found.contact_ids)) == (own, [ids["contact_id"]])
    assert found.related_id == ids["opportunity_id"]
