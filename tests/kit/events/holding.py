"""What the outbox and the stream hold, as the tests of the relay compare them."""

from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from sqlalchemy import text

from kit.database.engine import Database
from tests.kit.events.toys import ToySold


async def in_stream(connection: Client, stream: str = "CRM_TOYS") -> list[Any]:
    """Read what a stream holds, in its order."""
    jetstream = connection.jetstream()
    state = (await jetstream.stream_info(stream)).state
    places = range(state.first_seq, state.last_seq + 1)
    return [await jetstream.get_msg(stream, place) for place in places]


async def notes(connection: Client) -> list[str]:
    return [ToySold.FromString(each.data).note for each in await in_stream(connection)]


async def unsent(database: Database) -> int:
    async with database.transaction() as transaction:
        query = text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
        return int(await transaction.value(query) or 0)


async def places(database: Database) -> dict[str, int]:
    """Where each event stands, as the outbox has it."""
    async with database.transaction() as transaction:
        found = await transaction.rows(text("SELECT id, stream_seq FROM outbox"))
    return {str(row.id): row.stream_seq for row in found}


async def standing(connection: Client) -> dict[str, int]:
    """Where each event stands, as the stream has it."""
    return {each.headers["Nats-Msg-Id"]: each.seq for each in await in_stream(connection)}


def all_sent(database: Database) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await unsent(database) == 0

    return holds
