"""All consumers of one service: started and measured together, their letters replayed here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import nats.errors
from nats.aio.client import Client

from kit.database.engine import Database
from kit.database.faults import FAULTS
from kit.errors import NotFound, Refused
from kit.events.cancellation import heed_cancellation
from kit.events.consuming import dead_letters
from kit.events.consuming.consumer import DELAYS, Consumer
from kit.events.consuming.listeners import Listener, OpenWork
from kit.telemetry.logs import log

__all__ = ["Consumer", "Consumers"]

_MEASURE_SECONDS = 15.0
_COUNT_SECONDS = 2.0
_REPLAY_SECONDS = 1.0
_TROUBLE = (nats.errors.Error, *FAULTS)


class Consumers:
    """What a service consumes: one consumer for each handler that its `main.py` lists."""

    def __init__(
        self,
        service: str,
        listeners: Iterable[Listener[Any]],
        connection: Client,
        open_work: OpenWork,
        database: Database,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self._open_work = open_work
        self._database = database
        self._all: dict[str, Consumer] = {}
        for listener in listeners:
            consumer = Consumer(service, listener, connection, open_work, delays)
            if consumer.name in self._all:
                raise ValueError(f"Two handlers are called {listener.name}; rename one.")
            self._all[consumer.name] = consumer

    def __getitem__(self, name: str) -> Consumer:
        return self._all[name]

    async def run(self) -> None:
        """Listen with every handler until cancelled."""
        async with asyncio.TaskGroup() as group:
            for consumer in self._all.values():
                group.create_task(consumer.run(), name=consumer.name)
            # Each by itself: letters lie in the database, and are counted while NATS hangs.
            lag = self._measure(_MEASURE_SECONDS, self._measure_consumers)
            group.create_task(lag, name="consumers.measure")
            letters = self._measure(_COUNT_SECONDS, self._count_letters)
            group.create_task(letters, name="consumers.count_letters")
            group.create_task(self._replay_what_is_asked(), name="consumers.replay")

    async def caught_up(self) -> None:
        """Wait until every handler has had all that there was."""
        for consumer in self._all.values():
            await consumer.caught_up.wait()

    async def replay(self, letter_id: UUID) -> None:
        """Handle a parked event now; an error of the handler reaches the caller."""
        async with self._database.transaction() as transaction:
            letter = await dead_letters.find(transaction, letter_id)
        consumer = self._all.get(letter.consumer)
        if consumer is None:
            raise NotFound(f"Nobody is called {letter.consumer} any more; discard the letter.")
        await dead_letters.replay(letter, consumer.listener, self._open_work)

    async def _replay_what_is_asked(self) -> None:
        """Whoever asks stands at a command line and waits, so it is looked for every second."""
        while True:
            heed_cancellation()
            await asyncio.sleep(_REPLAY_SECONDS)
            try:
                letters = await dead_letters.asked_for(self._database)
                for letter_id in letters:
                    await self._replayed(letter_id)
            except _TROUBLE as error:
                log.warning("letters.unread", error=repr(error))

    async def _replayed(self, letter_id: UUID) -> None:
        try:
            await self.replay(letter_id)
        except Refused:
            # Another replica was quicker.
            return
        except Exception as error:  # noqa: BLE001 - a handler's failure is shown to whoever asked
            log.warning("letter.failed_again", letter=str(letter_id), exc_info=error)
            async with self._database.transaction() as transaction:
                await dead_letters.failed_again(transaction, letter_id, error)

    async def _measure(self, seconds: float, measured: Callable[[], Awaitable[None]]) -> None:
        while True:
            heed_cancellation()
            await asyncio.sleep(seconds)
            try:
                await measured()
            except _TROUBLE as error:
                log.warning("consumers.unmeasured", error=repr(error))

    async def _measure_consumers(self) -> None:
        for consumer in self._all.values():
            await consumer.measure()

    async def _count_letters(self) -> None:
        async with self._database.transaction() as transaction:
            await dead_letters.count(transaction, self._all)
