"""Looks into the stores themselves, past everything that might hide what they hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import nats
from nats.js import JetStreamContext

from cli.components.component import Memory
from cli.components.ports import LOOPBACK
from cli.local.processes import SERVICES
from cli.local.state import read_state
from kit.events.subjects import stream_of
from tests.system.running import System

Row = dict[str, Any]
_STREAMS = [stream_of(f"crm.{service.name}.any") for service in SERVICES]


class Insides:
    """Every service's database, and the streams between them."""

    def __init__(self, system: System) -> None:
        self._home = system.home

    def rows(self, service: str, statement: str, *given: object) -> list[Row]:
        return asyncio.run(self._rows(service, statement, *given))

    def figure(self, service: str, statement: str, *given: object) -> int:
        [row] = self.rows(service, statement, *given)
        [value] = row.values()
        return int(value)

    async def _rows(self, service: str, statement: str, *given: object) -> list[Row]:
        name = f"rapport_{service}"
        connection = await asyncpg.connect(
            host=LOOPBACK,
            port=read_state(self._home.state).processes["postgres"].port,
            user=name,
            password=self._home.secret(f"database {service}"),
            database=name,
        )
        try:
            return [dict(row) for row in await connection.fetch(statement, *given)]
        finally:
            await connection.close()

    def consumers(self) -> list[tuple[str, str]]:
        """Every durable on a stream of records' events: its name, and the subject it hears."""
        return asyncio.run(self._consumers())

    async def _consumers(self) -> list[tuple[str, str]]:
        async with self._jetstream() as jetstream:
            found = [each for name in _STREAMS for each in await jetstream.consumers_info(name)]
        return [
            (each.name, each.config.filter_subject) for each in found if each.config.filter_subject
        ]

    def untaken(self) -> int:
        """Changes that a service which keeps copies of the records has still to take in."""
        return asyncio.run(self._untaken())

    async def _untaken(self) -> int:
        async with self._jetstream() as jetstream:
            found = [each for name in _STREAMS for each in await jetstream.consumers_info(name)]
        following = [each for each in found if not each.config.filter_subject]
        return sum((each.num_pending or 0) + (each.num_ack_pending or 0) for each in following)

    def kept_events(self) -> dict[str, int]:
        """How many events each stream holds."""
        return asyncio.run(self._kept_events())

    async def _kept_events(self) -> dict[str, int]:
        async with self._jetstream() as jetstream:
            found = await jetstream.streams_info()
        kept = {str(each.config.name): each.state.messages for each in found}
        return {name: kept[name] for name in _STREAMS if name in kept}

    @asynccontextmanager
    async def _jetstream(self) -> AsyncIterator[JetStreamContext]:
        memory = (self._home.folder / "nats" / "component.json").read_bytes()
        known = msgspec.json.decode(memory, type=Memory)
        connection = await nats.connect(
            f"nats://{LOOPBACK}:{known.port}", user="rapport", password=known.password
        )
        try:
            yield connection.jetstream()
        finally:
            await connection.close()
