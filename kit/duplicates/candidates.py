"""Which records one might be: found by what they agree in, and judged rule by rule."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, func, select, true

from kit.duplicates.rules import RuleOf, Rules, likelihood
from kit.duplicates.tables import duplicate_key
from kit.entity import Record

if TYPE_CHECKING:
    from kit.records.write.work import Work

CROWD = 50
"""What so many records have in common tells none of them from another."""

_MOST = 200
_BREATH = 20


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record that another might be, and by which rules."""

    record: Record
    rules: tuple[RuleOf, ...]

    @property
    def likelihood(self) -> int:
        return likelihood(self.rules)

    @property
    def refused(self) -> bool:
        return any(each.said.refuses for each in self.rules)


async def suspects(work: "Work", record: Record, rules: Rules) -> list[Suspect]:
    """Who a record might be by these rules, among those that the caller may see; the likeliest first.

    What the same transaction adds counts as well, as the lines of one file do.
    """
    keys = rules.keys(record)
    if not keys:
        return []
    kind = type(record)
    found: list[Record] = [each for each in work.pending.new if type(each) is kind]
    with work.as_stored():
        found += await work.all(kind, _agreeing(kind), limit=_MOST, agreeing=keys)
    judged = await _judged(rules, record, (each for each in found if each.id != record.id))
    return sorted(judged, key=lambda each: (-each.likelihood, each.record.id))


async def _judged(rules: Rules, record: Record, found: Iterable[Record]) -> Sequence[Suspect]:
    judged = []
    for number, each in enumerate(found):
        if number % _BREATH == _BREATH - 1:
            # Others wait for this process too.
            await asyncio.sleep(0)
        if agreed := rules.agreeing(record, each):
            judged.append(Suspect(each, tuple(agreed)))
    return judged


@cache
def _agreeing(record: type[Record]) -> ColumnElement[bool]:
    """The records that have one of the keys `agreeing`; of a crowd the oldest."""
    asked = func.unnest(bindparam("agreeing", type_=ARRAY(BigInteger))).column_valued("asked")
    same = (
        select(duplicate_key.c.record_id)
        .where(duplicate_key.c.key == asked)
        .order_by(duplicate_key.c.record_id)
        .limit(CROWD)
        .lateral("same")
    )
    table: Any = record.__table__
    return table.c.id.in_(  # type: ignore[no-any-return]  # columns of any table
        select(same.c.record_id).select_from(select(asked).subquery("given").join(same, true()))
    )
