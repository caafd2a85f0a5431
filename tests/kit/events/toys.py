"""A contract of its own for these tests: events of a service called `toys`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from crm.v1 import options_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from nats.aio.client import Client
from sqlalchemy import text

from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.events.consuming.listeners import EventInfo, Listener, OpenWork, on
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.streams import declare, streams_of
from tests.waiting import until


def _event(file: Any, name: str, subject: str) -> None:
    message = file.message_type.add(name=name)
    for number, field in enumerate(("id", "note"), start=1):
        message.field.add(name=field, number=number, type=9, label=1)
    if subject:
        message.options.Extensions[options_pb2.subject] = subject


def _contract() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="toys.proto", package="toys", syntax="proto3", dependency=["crm/v1/options.proto"]
    )
    _event(file, "ToySold", "crm.toys.toy.sold")
    _event(file, "ToyLost", "crm.orphans.toy.lost")
    _event(file, "Silence", "")
    pool = descriptor_pool.Default()
    pool.Add(file)
    names = ("ToySold", "ToyLost", "Silence")
    found = {name: pool.FindMessageTypeByName(f"toys.{name}") for name in names}
    return {name: message_factory.GetMessageClass(each) for name, each in found.items()}


_messages = _contract()
ToySold, ToyLost, Silence = (_messages[name] for name in ("ToySold", "ToyLost", "Silence"))


@dataclass
class Toil:
    """The least that a handler's work can be: a transaction."""

    transaction: Transaction


def opening(database: Database) -> OpenWork:
    """Open work that commits when its block ends well."""

    @asynccontextmanager
    async def toil(_: str, __: EventInfo) -> AsyncIterator[Toil]:
        async with database.transaction() as transaction:
            yield Toil(transaction)

    def open_work(actor: str, info: EventInfo) -> AbstractAsyncContextManager[Toil]:
        return toil(actor, info)

    return open_work


async def announce(database: Database, *messages: Any) -> None:
    """Announce events in one transaction, as a service's work does."""
    announcements = [Announcement.of(each) for each in messages]
    async with database.transaction() as transaction:
        await transaction.count(
            insert_statement, **rows(announcements, service="toys", actor="ann")
        )


async def effect(transaction: Transaction, note: str) -> None:
    """Leave a trace in the database, as a handler does."""
    await transaction.count(text("INSERT INTO effect (note) VALUES (:note)"), note=note)


async def effects(database: Database) -> list[str]:
    async with database.transaction() as transaction:
        return list(await transaction.values(text("SELECT note FROM effect ORDER BY seq")))


async def in_effect(database: Database, *notes: str) -> None:
    """Wait until these are the effects."""

    async def stand() -> bool:
        return await effects(database) == list(notes)

    await until(stand, f"the effects {notes}")


def headers_of(event_id: str) -> dict[str, str]:
    return {"ce-id": event_id, "ce-time": "2026-01-01T00:00:00+00:00", "ce-subject": "bear"}


async def publish(connection: Client, note: str, headers: dict[str, str] | None = None) -> None:
    jetstream = connection.jetstream()
    await declare(jetstream, streams_of("toys")[0])
    body = ToySold(id="bear", note=note).SerializeToString()
    given = headers_of(str(uuid4())) if headers is None else headers
    await jetstream.publish("crm.toys.toy.sold", body, headers=given)


PATIENCE = 20.0
SOON = (0.01, 0.01)
"""Seconds before an event is tried again."""


class Shelf:
    """A handler that notes what it did, and says so when it is through."""

    def __init__(self, failures: int = 0) -> None:
        self.handled: asyncio.Queue[str] = asyncio.Queue()
        self.failures = failures

    def listener(self) -> Listener[Any]:
        @on(ToySold)
        async def fill_the_shelf(event: Any, work: Toil) -> None:
            await effect(work.transaction, event.note)
            self.handled.put_nowait(event.note)
            if self.failures > 0:
                self.failures -= 1
                raise ValueError(f"no room for {event.note}")

        return fill_the_shelf

    async def handles(self, count: int) -> list[str]:
        async with asyncio.timeout(PATIENCE):
            return [await self.handled.get() for _ in range(count)]
