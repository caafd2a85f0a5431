"""A service in the test's own process: real gRPC, real PostgreSQL, real NATS."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Self, TypeVar
from uuid import UUID

from sqlalchemy import func, select, text

from kit.actor import Actor, calls
from kit.entity import Record
from kit.ids import uuid7
from kit.references.copies.tables import reference_copy
from kit.rpc.client import Peers
from kit.service import Service
from kit.service_runner import Running, up

S = TypeVar("S")


class Serving:
    """One running service and the way to call it as somebody."""

    def __init__(
        self, service: Service, running: Running, peers: Peers, stack: AsyncExitStack
    ) -> None:
        self.service = service
        self.running = running
        self.process = running.process
        self._peers = peers
        self._stack = stack

    @classmethod
    async def start(cls, service: Service, peers: Peers) -> Self:
        stack = AsyncExitStack()
        running = await stack.enter_async_context(up(service))
        for json in (False, True):
            # Opened in the loop of the tests: a fixture that is no coroutine has none to open it in.
            peers.channel(service.name, json=json)
        return cls(service, running, peers, stack)

    async def stop(self) -> None:
        await self._stack.aclose()

    def stub(self, stub: Callable[[Any], S], actor: Actor, *, json: bool = False) -> S:
        """A stub whose calls are made as an actor."""
        return stub(_AsActor(self._peers.channel(self.service.name, json=json), actor))

    async def learn(self, statement: Any) -> None:
        """Applies one change of the policy."""
        async with self.process.database.transaction() as transaction:
            await transaction.count(statement)
        await self.running.replica.load()

    async def announced(self, subject: str) -> list[bytes]:
        """The bodies of the events written under a subject, oldest first."""
        query = text("select body from outbox where subject = :subject order by seq")
        return [row.body for row in await self.process.database.rows(query, subject=subject)]

    async def keeps(self, entity: str, *, id: UUID | None = None, **said: Any) -> str:
        """The id of another service's record to which this one refers already, as its owner told it."""
        row = {"keys": [], "wkeys": [], "full_keys": [], "inherited": [], "title": "It"} | said
        copy = {
            "entity": entity,
            "id": id or uuid7(),
            "version": 1,
            "state": "live",
            "kept": {},
        } | row
        async with self.process.database.transaction() as transaction:
            await transaction.count(reference_copy.insert().values(**copy))
        return str(copy["id"])

    async def count(self, record: type[Record]) -> int:
        """All rows of an entity, whoever may see them."""
        counted = select(func.count()).select_from(record.__table__)
        rows = await self.process.database.rows(counted)
        return int(rows[0][0])


class _AsActor:
    """A channel that calls as one actor."""

    def __init__(self, channel: Any, actor: Actor) -> None:
        self._channel = channel
        self._actor = actor

    def __getattr__(self, kind: str) -> Any:
        open_method = getattr(self._channel, kind)

        def opened(path: str, **codec: Any) -> Any:
            ask = open_method(path, **codec)

            async def asked(request: Any, **words: Any) -> Any:
                calls(self._actor)
                return await ask(request, **words)

            def streamed(request: Any, **words: Any) -> Any:
                calls(self._actor)
                return ask(request, **words)

            return streamed if kind == "unary_stream" else asked

        return opened
