"""The policy as this service keeps it beside its own rows, applied from identity's events in order."""

import asyncio
import time
from typing import Any

import msgspec
from crm.identity.v1 import policy_pb2
from sqlalchemy import BigInteger, Column, Index, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from kit.access.entries import KINDS
from kit.access.policy import Policy
from kit.actor import Actor
from kit.database.engine import Database
from kit.database.tables import metadata
from kit.errors import Unavailable
from kit.events.consuming.listeners import Listener, on

policy_item = Table(
    "policy_item",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    # A removed part has no body at all, rather than the JSON value null.
    Column("body", JSONB(none_as_null=True)),
    Index("ix_policy_item_epoch", "epoch"),
)
"""The latest state of each part of the policy; a part without a body has been removed."""

_NEWER = (
    select(policy_item)
    .where(policy_item.c.epoch > bindparam("known", type_=BigInteger()))
    .order_by(policy_item.c.epoch)
)
PATIENCE = 0.25
SUBJECT = "crm.identity.policy.>"


class Replica:
    """Keeps a policy in step with the table, and callers waiting until it is recent enough."""

    def __init__(self, policy: Policy, database: Database) -> None:
        self._policy = policy
        self._database = database
        self._loading = asyncio.Lock()

    async def load(self) -> None:
        """Takes in what the table holds beyond the epoch known here."""
        async with self._loading:
            rows = await self._database.rows(_NEWER, known=self._policy.epoch)
            if rows:
                # A later release may publish what this one does not know, and may roll back to it.
                known = [part_of(row) for row in rows if row.kind in KINDS]
                self._policy.learn(known, rows[-1].epoch)

    async def recent_enough(self, actor: Actor) -> None:
        """Waits a moment for the epoch that the caller has seen, then fails closed."""
        until = time.monotonic() + PATIENCE
        while self._policy.epoch < actor.min_epoch:
            if time.monotonic() > until:
                raise Unavailable("The access rules are being brought up to date; try again.")
            await asyncio.sleep(0.01)
            await self.load()

    def listener(self) -> Listener[policy_pb2.PolicyChanged]:
        """The consumer that applies identity's events."""

        async def follow_the_policy(event: policy_pb2.PolicyChanged, work: Any) -> None:
            await work.transaction.count(remembered(event))
            work.after_commit(self.load)

        return on(policy_pb2.PolicyChanged, subject=SUBJECT)(follow_the_policy)


def remembered(event: policy_pb2.PolicyChanged) -> Any:
    """The statement that stores a part unless a newer state of it is there."""
    body = None if event.removed else msgspec.json.decode(event.body)
    row = insert(policy_item).values(kind=event.kind, id=event.id, epoch=event.epoch, body=body)
    return row.on_conflict_do_update(
        index_elements=["kind", "id"],
        set_={"epoch": row.excluded.epoch, "body": row.excluded.body},
        where=policy_item.c.epoch < row.excluded.epoch,
    )


def part_of(row: Any) -> tuple[str, str, Any | None]:
    """A row of the table as the policy takes it in."""
    body = None if row.body is None else msgspec.convert(row.body, KINDS[row.kind], strict=False)
    return row.kind, row.id, body
