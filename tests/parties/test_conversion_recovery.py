"""A conversion that was interrupted goes on by itself and ends in one result."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from crm.parties.v1 import events_pb2 as events
from crm.sales.v1 import opportunities_pb2
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import update

from cli.components.ports import free_port
from kit.actor import Actor, calls
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.testing.serving import Serving
from services.parties.config import Settings
from services.parties.conversion import finish_conversions
from services.parties.main import parties
from services.parties.model.conversions import Conversion
from tests.house import House
from tests.parties.desk import Desk

AT_ONCE = timedelta()


@pytest.fixture(scope="package")
async def cut_off(house: House, serving: Serving) -> AsyncIterator[Serving]:
    """A second process of parties, which cannot reach sales."""
    taken = {int(address.rpartition(":")[2]) for address in house.addresses.values()}
    ports = [free_port(taken=taken), free_port(taken=taken)]
    own, nowhere = (f"127.0.0.1:{port}" for port in ports)
    environment = house.environment("parties") | {
        "DATABASE_URL": serving.process.settings.database_url,
        "RAPPORT_LISTEN": own,
        "RAPPORT_PEERS": f"sales={nowhere}",
    }
    tokens = ContextTokens.from_files("gateway", house.keys["gateway"], house.keys_folder)
    service = parties(Settings.load(environment))
    started = await Serving.start(service, Peers("gateway", {"parties": own}, tokens))
    yield started
    await started.stop()


@pytest.fixture
async def away(cut_off: Serving, desk: Desk) -> Desk:
    """Ana at the process that cannot reach sales, once it has heard of her."""
    await cut_off.running.replica.load()
    return Desk(cut_off, desk.actor, desk.sales)


async def test_without_sales_account_and_contact_exist_and_the_opportunity_follows(
    away: Desk, desk: Desk
) -> None:
    """PA-26, PA-29"""
    lead = await desk.lead()
    became = await away.convert(lead)
    assert (became.state, became.HasField("opportunity_id")) == ("pending", False)
    for records, record_id in (
        (desk.accounts, became.account_id),
        (desk.contacts, became.contact_id),
    ):
        assert await records.Get(standard_pb2.GetRequest(id=record_id))
    assert not await desk.deals_of(lead)


async def finish(serving: Serving) -> None:
    """What the clock does, at once."""
    calls(Actor.system("parties.finish_conversions"))
    await finish_conversions(serving.process, AT_ONCE)


async def test_what_waits_is_finished_for_the_person_who_converted(
    away: Desk, desk: Desk, serving: Serving
) -> None:
    """PA-29, S3: to sales the job speaks in its own name, since the person is not calling any more."""
    lead = await desk.lead()
    await away.convert(lead)
    await finish(serving)
    (deal,) = await desk.deals_of(lead)
    assert deal.created_by == "system:parties.finish_conversions"
    assert deal.owner_id == str(desk.actor.person_id)
    kept = await desk.conversions.Get(standard_pb2.GetRequest(id=lead.id))
    assert (kept.state, kept.opportunity_id) == ("done", deal.id)


async def let_wait(serving: Serving, lead: Any) -> None:
    """Makes a conversion as old as one whose call has ended."""
    older = Conversion.converted_at - timedelta(minutes=1)
    async with serving.process.database.sessions() as session:
        aged = update(Conversion).where(Conversion.id == lead.id).values(converted_at=older)
        await session.execute(aged)
        await session.commit()


async def test_what_waits_is_finished_by_the_clock(
    house: House, away: Desk, desk: Desk, serving: Serving
) -> None:
    """PA-29"""
    heard: asyncio.Queue[Any] = asyncio.Queue()

    async def hear(message: Any) -> None:
        await heard.put(events.LeadConverted.FromString(message.data))

    hearing = await serving.process.nats.subscribe("crm.parties.lead.converted", cb=hear)
    lead = await desk.lead()
    became = await away.convert(lead)
    await let_wait(serving, lead)
    async with asyncio.timeout(20):
        while (event := await heard.get()).lead_id != lead.id:
            pass
    await hearing.unsubscribe()
    assert event.account_id == became.account_id
    assert [each.id for each in await desk.deals_of(lead)] == [event.opportunity_id]


async def test_a_crash_after_the_deal_was_made_makes_no_second_one(
    away: Desk, desk: Desk, serving: Serving
) -> None:
    """PA-29"""
    lead = await desk.lead()
    became = await away.convert(lead)
    made = await desk.deals.Create(
        opportunities_pb2.Opportunity(
            name="Acme", account_id=became.account_id, conversion_id=lead.id
        )
    )
    await finish(serving)
    assert [each.id for each in await desk.deals_of(lead)] == [made.id]
    assert (await desk.convert(lead)).opportunity_id == made.id


async def test_everybody_who_finishes_a_conversion_finds_the_same_deal(
    away: Desk, desk: Desk, serving: Serving
) -> None:
    """PA-29"""
    lead = await desk.lead()
    await away.convert(lead)
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(finish(serving))
            group.create_task(desk.convert(lead))
    (deal,) = await desk.deals_of(lead)
    assert (await desk.convert(lead)).opportunity_id == deal.id
    bodies = await serving.announced("crm.parties.lead.converted")
    told = [events.LeadConverted.FromString(body).lead_id for body in bodies]
    assert told.count(lead.id) == 1


async def test_the_history_says_who_finished_it(away: Desk, desk: Desk, serving: Serving) -> None:
    """PA-28"""
    lead = await desk.lead()
    await away.convert(lead)
    await finish(serving)
    records = serving.stub(RecordsStub, desk.actor)
    asked = records_pb2.HistoryRequest(entity="parties.Conversion", id=lead.id)
    entries = (await records.History(asked)).items
    assert [(each.what, each.actor) for each in entries] == [
        ("updated", str(desk.actor.person_id)),
        ("created", str(desk.actor.person_id)),
    ]
