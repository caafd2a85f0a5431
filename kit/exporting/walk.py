"""The rows of an export: all that its question finds within the viewer's reach, as one moment had them.

Nobody holds more than a batch of them. For as long as they go out, whoever takes them has to be allowed
what was allowed at the beginning: the policy is asked again before every batch.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import func, select

from kit.access.permit import Permit
from kit.actor import Actor
from kit.database.statements import compiled
from kit.database.transaction import Transaction
from kit.entity import Level
from kit.errors import Denied, Invalid
from kit.records.process import Process
from kit.records.read.listing import Question
from kit.records.read.naming import referred_to

BATCH = 200
_REMEMBERED = 20_000
_MOST_KEYS = 1_000


@dataclass
class Walk:
    """One walk over the rows of an entity, on behalf of one person."""

    process: Process
    actor: Actor
    permit: Permit
    question: Question
    names: dict[str, str] = field(default_factory=dict)
    """What the records are called that were named so far, as far as they are remembered."""

    def __post_init__(self) -> None:
        seen = self.permit.seen(self.process.shapes[self.permit.record].names)
        self.page, self._statement, self._given = self.process.reader.whole(
            self.permit, self.question, seen
        )

    async def custom_keys(self, snapshot: Transaction) -> Sequence[str]:
        """The custom fields that stand in any of the rows."""
        rows = self.page.query().subquery("found")
        keys = select(func.jsonb_object_keys(rows.c.custom).label("key")).distinct()
        statement = compiled(keys.order_by("key").limit(_MOST_KEYS + 1))
        given = {**self.page.reach.parameters, "words": self.question.words, "limit": None}
        found = await snapshot.fetch(statement.text, statement.arguments(given))
        if len(found) > _MOST_KEYS:
            raise Invalid(
                fields=f"These rows have more than {_MOST_KEYS:,} custom fields; name some."
            )
        return [row["key"] for row in found]

    async def batches(self, snapshot: Transaction) -> AsyncIterator[Sequence[Any]]:
        """The rows, some at a time, with the names of what they refer to ready in `names`."""
        text = self._statement.text
        try:
            async for rows in snapshot.batches(text, self._given, BATCH):
                self._require_the_same()
                await self._learn_names(rows)
                yield rows
        except asyncpg.DataError as wrong:
            told = "A value that was asked for fits no field; check the filter and the values."
            raise Invalid(told) from wrong

    def _require_the_same(self) -> None:
        """Refuses to go on for somebody who may see other rows or fields by now."""
        now = self.process.policy.permit(self.actor, self.permit.record)
        if now is not self.permit and _allows(now) != _allows(self.permit):
            raise Denied("What you may see has changed since this file was begun; take it again.")

    async def _learn_names(self, rows: Iterable[Any]) -> None:
        wanted = referred_to(self.permit.record, self.page.listing.names, rows)
        if len(self.names) > _REMEMBERED:
            self.names.clear()
        unknown = {
            entity: {each for each in ids if str(each) not in self.names}
            for entity, ids in wanted.items()
        }
        self.names |= {str(each): "" for ids in unknown.values() for each in ids}
        titles = self.process.reader.titles
        for each in await titles.named(self.process.name, self.actor, unknown):
            self.names[each.id] = each.title


def _allows(permit: Permit) -> Any:
    return permit.rights, permit.limits, permit.reach(Level.READ), permit.shape
