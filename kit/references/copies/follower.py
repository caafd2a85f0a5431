"""The copies follow their owners: changes are taken in batches, each as one statement.

What is not kept here is dropped by that statement, and what has come before or comes late is known
by its version; so no note of what was handled is needed. Each event is acknowledged for itself: a batch
that failed, or that another replica died with, comes again after later ones.
"""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import nats.errors
from crm.v1 import events_pb2
from google.protobuf.message import DecodeError
from nats.js.api import AckPolicy, ConsumerConfig

from kit.entity import Record, Reference, References
from kit.errors import Problem
from kit.events.cancellation import heed_cancellation
from kit.events.consuming.dead_letters import FORGET
from kit.events.subjects import change_subject, stream_of
from kit.references.copies.store import store
from kit.references.fetch import DATABASE_AWAY
from kit.telemetry import metrics
from kit.telemetry.logs import log
from kit.wire.contract import facts_of

if TYPE_CHECKING:
    from kit.records.process import Process

# What comes close together is taken in together: a batch costs little more than one event.
_GATHER_SECONDS = 0.2
_BATCH = 256
_WAIT_SECONDS = 4.0
_REST_SECONDS = 1.0
_WHATS = ("updated", "shared", "deleted", "restored", "erased", "merged", "unmerged")
_TROUBLE = (nats.errors.Error, Problem, *DATABASE_AWAY)


def referred_to(records: Iterable[type[Record]]) -> frozenset[str]:
    """The entities of other services to which these refer, and those on which they hang in turn."""
    own = {record.entity for record in records}
    targets = {each for record in records for each in _targets(record)}
    found: set[str] = set()
    while targets:
        entity = targets.pop()
        if entity not in found:
            found.add(entity)
            facts = facts_of(entity)
            targets |= set(facts.parents) if facts else set()
    return frozenset(each for each in found - own if not each.startswith("identity."))


def _targets(record: type[Record]) -> Iterable[str]:
    for known in record.fields.values():
        kind = known.said.kind
        if isinstance(kind, Reference | References):
            yield from getattr(kind, "among", ()) or ((kind.target,) if kind.target else ())


class Follower:
    """Hears of one service the changes of what is referred to."""

    def __init__(self, process: "Process", service: str, entities: Collection[str]) -> None:
        self._process = process
        self._name = f"{process.name}_follow_{service}_copies"
        subjects = [change_subject(entity, what) for entity in sorted(entities) for what in _WHATS]
        self._subjects, self._stream = subjects, stream_of(subjects[0])

    async def run(self) -> NoReturn:
        """Follow until cancelled; a server or a database that is away is waited for."""
        while True:
            heed_cancellation()
            try:
                await self._follow()
            except _TROUBLE as error:
                self._log(error)
            await asyncio.sleep(_REST_SECONDS)

    def _log(self, error: Exception) -> None:
        log.warning("references.interrupted", consumer=self._name, error=repr(error))

    async def _follow(self) -> NoReturn:
        await self._process.nats.arrived.wait()
        jetstream = self._process.nats.jetstream()
        await jetstream.add_consumer(self._stream, self._config())
        pulled = await jetstream.pull_subscribe_bind(self._name, self._stream)
        while True:
            heed_cancellation()
            try:
                messages = await pulled.fetch(_BATCH, timeout=_WAIT_SECONDS)
            except TimeoutError:
                metrics.REFERENCES_LAG.labels(self._name).set(0)
                continue
            if messages:
                await self._take_or_give_back(messages)
            if len(messages) < _BATCH:
                await asyncio.sleep(_GATHER_SECONDS)

    def _config(self) -> ConsumerConfig:
        return ConsumerConfig(
            name=self._name,
            durable_name=self._name,
            filter_subjects=self._subjects,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=30,
            max_ack_pending=_BATCH,
        )

    async def _take_or_give_back(self, messages: Sequence[Any]) -> None:
        """What is given back comes to the very subscription that waits for it, and to no one that was left."""
        try:
            await self._take(messages)
        except _TROUBLE as error:
            self._log(error)
            await _give_back(messages)
            await asyncio.sleep(_REST_SECONDS)
        except asyncio.CancelledError:
            await _give_back(messages)
            raise

    async def _take(self, messages: Sequence[Any]) -> None:
        copies: dict[str, Any] = {}
        for message in messages:
            if (copy := _copy(message)) is not None:
                copies[copy.id] = _on_top(copies.get(copy.id), copy)
        await store(self._process, list(copies.values()))
        if erased := [copy.id for copy in copies.values() if copy.state == "erased"]:
            await self._process.database.rows(FORGET, records=erased)
        for message in messages:
            await message.ack()
        published = messages[-1].metadata.timestamp.timestamp()
        metrics.REFERENCES_LAG.labels(self._name).set(max(0.0, time.time() - published))


async def _give_back(messages: Iterable[Any]) -> None:
    for message in messages:
        await message.nak()


def _on_top(earlier: Any, later: Any) -> Any:
    """Of two events about one record the later, with the fields that only the earlier one tells."""
    if earlier is not None and not later.HasField("record") and earlier.HasField("record"):
        later.record.CopyFrom(earlier.record)
    return later


def _copy(message: Any) -> Any:
    """What an event tells of a record; one of its access or its end does not tell its fields."""
    try:
        event = events_pb2.RecordChanged.FromString(message.data)
        if event.HasField("copy"):
            UUID(event.copy.id)
    except (DecodeError, ValueError) as error:
        log.error("references.malformed", subject=message.subject, error=repr(error))
        return None
    if not event.HasField("copy"):
        return None
    if event.HasField("after"):
        event.copy.record.CopyFrom(event.after)
    return event.copy
