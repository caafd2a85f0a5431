"""NATS: each process is itself, publishes its own events and reads its own consumers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import nats.errors
import pytest
from nats.aio.client import Client

from kit.events.connection import connect
from kit.events.consuming.deliveries import Deliveries
from kit.events.permissions import permissions
from kit.events.subjects import inbox_of
from kit.testing.keys import PROCESSES
from tests.house import House

SERVICES = [name for name in PROCESSES if name != "gateway"]


class User:
    """Somebody who has found the password of one process, and what the server says to him."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.refused: asyncio.Queue[str] = asyncio.Queue()
        self.client = Client()

    async def come_in(self, url: str) -> None:
        async def failed(error: Exception) -> None:
            await self.refused.put(str(error))

        prefix = inbox_of(self.name).encode()
        await self.client.connect(url, error_cb=failed, inbox_prefix=prefix)

    async def is_refused(self, attempt: Callable[[], Awaitable[Any]]) -> bool:
        """Whether the server answers with a violation rather than with anything else."""
        await attempt()
        async with asyncio.timeout(10):
            said = await self.refused.get()
        return "permissions violation" in said.lower()


@pytest.fixture(params=["chat", "gateway"])
async def thief(house: House, request: pytest.FixtureRequest) -> AsyncIterator[User]:
    user = User(request.param)
    await user.come_in(house.nats.url_of(user.name))
    yield user
    await user.client.close()


@pytest.mark.parametrize(
    "subject",
    [
        "crm.identity.policy.profile.7",
        "crm.identity.session.ended",
        "crm.sales.opportunity.won",
        "_INBOX_sales.x",
        "rapport.poke.sales",
        "$JS.API.STREAM.DELETE.CRM_POLICY",
        "$JS.API.STREAM.PURGE.CRM_SALES",
        "$JS.API.STREAM.UPDATE.CRM_POLICY",
        "$JS.API.STREAM.MSG.GET.CRM_IDENTITY",
        "$JS.API.DIRECT.GET.CRM_IDENTITY",
        "$JS.API.CONSUMER.MSG.NEXT.CRM_POLICY.sales_follow_the_policy",
        "$JS.API.CONSUMER.INFO.CRM_SALES.campaigns_follow_opportunity_created",
        "$JS.API.CONSUMER.DELETE.CRM_POLICY.sales_follow_the_policy",
        "$JS.API.CONSUMER.CREATE.CRM_SALES.mine.crm.sales.>",
        "$JS.API.CONSUMER.CREATE.CRM_SALES",
        "$JS.API.CONSUMER.DURABLE.CREATE.CRM_SALES.mine",
        "$JS.ACK.CRM_POLICY.sales_follow_the_policy.1.1.1.1.0",
    ],
)
async def test_what_is_not_its_own_is_not_published(thief: User, subject: str) -> None:
    """S3: with chat's password nobody tells of policies, and nobody reads others' consumers."""
    assert await thief.is_refused(lambda: thief.client.publish(subject, b"{}"))


@pytest.mark.parametrize(
    "subject", [">", "crm.>", "crm.sales.opportunity.*", "_INBOX_sales.>", "$JS.>"]
)
async def test_what_is_not_its_own_is_not_heard(thief: User, subject: str) -> None:
    """S3"""
    assert await thief.is_refused(lambda: thief.client.subscribe(subject))


async def test_a_policy_that_chat_publishes_is_in_no_stream(house: House) -> None:
    """S3: the stream of the policy is as long afterwards as before."""
    chat, operator = User("chat"), User("operator")
    await chat.come_in(house.nats.url_of("chat"))
    await operator.come_in(house.nats.url)
    stream = operator.client.jetstream()
    before = (await stream.stream_info("CRM_POLICY")).state.last_seq
    with pytest.raises(nats.errors.Error):
        await chat.client.jetstream().publish("crm.identity.policy.profile.7", b"{}", timeout=1)
    assert (await stream.stream_info("CRM_POLICY")).state.last_seq == before
    await chat.client.close()
    await operator.client.close()


@pytest.mark.parametrize("name", SERVICES)
async def test_every_service_publishes_its_own(house: House, name: str) -> None:
    user = User(name)
    await user.come_in(house.nats.url_of(name))
    told = await user.client.jetstream().publish(f"crm.{name}.trial.made", b"{}")
    assert told.stream == f"CRM_{name.upper()}"
    await user.client.close()


async def test_only_identity_publishes_the_policy(house: House) -> None:
    """S3"""
    allowed = [
        name
        for name, permissions in house.nats.users.items()
        if any(subject.startswith("crm.identity.") for subject in permissions.publish)
    ]
    assert allowed == ["identity"]


async def test_an_event_that_is_of_no_stream_is_nobody_s(house: House) -> None:
    """S3: what anybody sends into a consumer's inbox counts only if the stream delivers it."""
    operator = await connect(house.nats.url, "trial")
    jetstream = operator.jetstream()
    await jetstream.add_consumer(
        "CRM_SALES", name="trial", durable_name="trial", filter_subject="crm.sales.toy.x"
    )
    async with Deliveries(operator, "CRM_SALES", "trial", 1) as deliveries:
        forged = "$JS.ACK.CRM_POLICY.trial.1.1.1.1.0"
        await operator.publish(deliveries._inbox, b"forged", reply=forged)
        await jetstream.publish("crm.sales.toy.x", b"true")
        while (found := await deliveries.next()) is None:
            pass
        assert found.data == b"true"
    await jetstream.delete_consumer("CRM_SALES", "trial")
    await operator.close()


def test_who_copies_records_follows_them_by_one_consumer_of_its_own() -> None:
    """S3: with copies come as many permissions as one consumer needs, on that service's stream alone."""
    plain = permissions(["sales"], {}, {})["sales"]
    copying = permissions(["sales"], {}, {}, {"sales": ["parties"]})["sales"]
    assert set(copying.publish) - set(plain.publish) == {
        "$JS.API.CONSUMER.CREATE.CRM_PARTIES.sales_follow_parties_copies",
        "$JS.API.CONSUMER.INFO.CRM_PARTIES.sales_follow_parties_copies",
        "$JS.API.CONSUMER.MSG.NEXT.CRM_PARTIES.sales_follow_parties_copies",
        "$JS.ACK.CRM_PARTIES.sales_follow_parties_copies.>",
    }
    assert copying.subscribe == plain.subscribe
