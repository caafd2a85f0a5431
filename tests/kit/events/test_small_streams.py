"""Streams that are small: what they let go of, and what they never do."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from nats.aio.client import Client

from cli.components.postgres import Postgres
from kit.database.engine import Database
from kit.events.publishing.relay import Relay
from kit.events.streams import Keeping, declare, streams_of
from tests.kit.events.conftest import Running
from tests.kit.events.holding import in_stream
from tests.kit.events.toys import ToySold, headers_of

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


async def test_a_stream_that_is_nearly_full_lets_go_of_what_all_have_heard(
    database: Database, connection: Client, postgres: Postgres, running: Running, until: Until
) -> None:
    """G1: a small stream does not refuse until its events are a month old."""
    small = streams_of("toys", Keeping(max_bytes=100_000))
    jetstream = connection.jetstream()
    await declare(jetstream, small[0])
    for number in range(9):
        body = ToySold(id="bear", note=f"{number} {'x' * 9_900}").SerializeToString()
        await jetstream.publish("crm.toys.toy.sold", body, headers=headers_of(str(uuid4())))
    stored = await jetstream.pull_subscribe("crm.toys.toy.sold", durable="counter")
    for message in await stored.fetch(8):
        await message.ack_sync()

    async def one_is_left() -> bool:
        return bool((await jetstream.stream_info("CRM_TOYS")).state.messages == 1)

    async with running(Relay("toys", postgres.url, connection, small).run()):
        await until(one_is_left)
    [left] = await in_stream(connection)
    assert ToySold.FromString(left.data).note.startswith("8 ")
