"""What this process has open, and every handler stands on: database, policy, peers, clock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import configure_mappers

from kit.access import Policy
from kit.actor import Actor
from kit.choices import Choices
from kit.database.engine import Database
from kit.database.faults import FAULTS
from kit.entity import Record
from kit.records.bin.taken import as_problem_with_bin
from kit.records.read.reader import Reader
from kit.records.write.work import Work
from kit.references.copies.wanted import Waiting
from kit.rpc.call import Call
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.wire import Shape

if TYPE_CHECKING:
    from kit.settings import Settings

BeforeCommit = Callable[[Work], Awaitable[None]]

Recall = Callable[[Work, Collection[UUID]], Awaitable[Sequence[Record]]]
"""Gives records that are gone as they were, by their ids, for those who go on referring to them."""

Recount = Callable[[Work, Collection[UUID]], Awaitable[None]]
"""Makes true what records say of those that hang on them, once these have come or gone."""


@dataclass
class Process:
    """One service while it runs."""

    name: str
    settings: "Settings"
    database: Database
    policy: Policy
    peers: Peers
    tokens: ContextTokens
    nats: Any
    poke: Callable[[], None]
    shapes: dict[type[Record], Shape] = field(default_factory=dict)
    before_commit: list[BeforeCommit] = field(default_factory=list)
    replica: Any = None
    recalls: dict[str, Recall] = field(default_factory=dict)
    recounts: dict[str, Recount] = field(default_factory=dict)
    unknown_references: Waiting = field(default_factory=Waiting)
    merged: Waiting = field(default_factory=Waiting)
    """Records that were merged, or are apart again, and whom ours have still to follow."""

    def __post_init__(self) -> None:
        # SQLAlchemy would do so with the first record that it makes itself, and we make ours past it.
        configure_mappers()
        self.reader = Reader(self.database, self.policy)
        self.choices = Choices(self.policy)

    @property
    def entities(self) -> dict[str, type[Record]]:
        """The entities of this service by name."""
        return {record.entity: record for record in self.shapes}

    @asynccontextmanager
    async def work(
        self, actor: Actor, call: Call | None = None, request: Any = None
    ) -> AsyncIterator[Work]:
        """One transaction: what happens inside is committed together, with its history and events."""
        work = Work(self, actor, call or Call())
        try:
            await work.begin(request)
            yield work
            await work.finish()
        except FAULTS as fault:
            raise await as_problem_with_bin(self.database, fault) from fault
        finally:
            await work.close()
        await work.committed()
