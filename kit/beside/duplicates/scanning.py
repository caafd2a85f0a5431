"""Compares records in the background: those that were written, and all of an entity when its rules change.

A batch is one transaction that holds the entity's row of `duplicate_scan`, so that of several replicas
one works on it, and whatever stops is gone on with where it was. What more than a crowd has in common
is passed over, so that no value makes the work explode, however many share it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Integer, Select, Text, Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor, calls
from kit.duplicates import keeping
from kit.duplicates.candidates import CROWD
from kit.duplicates.rules import Rules, rules_of
from kit.duplicates.tables import duplicate_due, duplicate_pair, duplicate_scan
from kit.entity import Record
from kit.errors import Problem
from kit.events.cancellation import heed_cancellation
from kit.records.write.loading import stored
from kit.records.write.work import Work
from kit.references.fetch import DATABASE_AWAY
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process

_AT_ONCE = 200
_LOOK_SECONDS = 0.5
_BREATH = 50
_FIRST = UUID(int=0)

Pairs = Mapping[tuple[UUID, UUID], list[str]]
"""The rules by which two records agree, the older one first."""

# Asked twice a second.
_WHERE_THEY_STAND = text("""
select entity, mark, after is not null as unfinished,
  exists (select from duplicate_due as due where due.entity = scan.entity) as due
from duplicate_scan as scan
""")
_SCAN = (
    select(duplicate_scan)
    .where(duplicate_scan.c.entity == bindparam("entity_", type_=Text()))
    .with_for_update(skip_locked=True)
)
_WRITTEN = (
    select(duplicate_due.c.record_id)
    .where(duplicate_due.c.entity == bindparam("entity_", type_=Text()))
    .order_by(duplicate_due.c.record_id)
    .limit(_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    duplicate_due.delete()
    .where(duplicate_due.c.record_id.in_(_WRITTEN))
    .returning(duplicate_due.c.record_id)
)
_KEYS = text(f"with {keeping.STEPS.format(given='cast(:given as jsonb)')} select 1").bindparams(
    bindparam("given", type_=Text())
)
_SIDE_BY_SIDE = text("""
select distinct mine.record_id as id, other.record_id as other
from duplicate_key as mine
cross join lateral (
  select record_id, count(*) over () as crowd from (
    select held.record_id from duplicate_key as held where held.key = mine.key limit :crowd + 1
  ) as sharing
) as other
where mine.record_id = any(:ids) and other.crowd <= :crowd and other.record_id <> mine.record_id
  and (:anyone or other.record_id < mine.record_id)
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("crowd", type_=Integer()),
    bindparam("anyone", type_=Boolean()),
)
_FOUND = text("""
insert into duplicate_pair as held (first_id, second_id, entity, rules, mark)
select (each ->> 0)::uuid, (each ->> 1)::uuid, :entity_,
  array(select jsonb_array_elements_text(each -> 2)::uuid), :mark
from jsonb_array_elements(cast(:found as jsonb)) as each
order by 1, 2
on conflict (first_id, second_id) do update set rules = excluded.rules, mark = excluded.mark
""").bindparams(
    bindparam("entity_", type_=Text()),
    bindparam("mark", type_=Text()),
    bindparam("found", type_=Text()),
)
_NO_MORE = text("""
delete from duplicate_pair as held where apart_by is null
  and (first_id = any(:ids) or second_id = any(:ids))
  and not exists (select from jsonb_array_elements(cast(:found as jsonb)) as each
    where held.first_id = (each ->> 0)::uuid and held.second_id = (each ->> 1)::uuid)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("found", type_=Text()))


@dataclass(slots=True)
class Scan:
    """How far the records of an entity have been compared."""

    record: type[Record]
    rules: Rules
    mark: str
    after: UUID | None


async def find_duplicates(process: "Process", records: Sequence[type[Record]]) -> NoReturn:
    """Compares what there is to compare, a batch of each entity in turn, for as long as the service runs."""
    settled: list[str] = []
    while True:
        heed_cancellation()
        calls(Actor.system(f"{process.name}.find_duplicates"))
        busy = False
        try:
            marks = [rules_of(process.policy, each).mark for each in records]
            # Where nothing is asked for there is nothing to look at, once that is settled.
            if any(marks) or marks != settled:
                waiting = await _waiting(process, records)
                busy = any([await compare_some(process, each) for each in waiting])
                settled = settled if waiting else marks
        except (Problem, *DATABASE_AWAY) as trouble:
            log.info("duplicates.wait", error=repr(trouble))
        await asyncio.sleep(0 if busy else _LOOK_SECONDS)


async def _waiting(process: "Process", records: Sequence[type[Record]]) -> list[type[Record]]:
    """The entities of which there is something to compare, as one look tells that takes no lock."""
    stand = {row.entity: row for row in await process.database.rows(_WHERE_THEY_STAND)}
    return [
        each
        for each in records
        if _has_work(rules_of(process.policy, each), stand.get(each.entity))
    ]


def _has_work(rules: Rules, stands: Any) -> bool:
    if stands is None:
        return bool(rules.every)
    return bool(stands.mark != rules.mark or stands.unfinished or stands.due)


async def compare_some(process: "Process", record: type[Record]) -> bool:
    """One batch of one entity; False where nothing is left to do, or another replica does it."""
    rules = rules_of(process.policy, record)
    async with process.work(Actor.system(f"{process.name}.find_duplicates")) as work:
        scan = await _held(work, record, rules)
        if scan is None:
            return False
        if scan.mark != rules.mark:
            scan.mark, scan.after = rules.mark, _FIRST
        if scan.after is not None:
            return await _all(work, scan)
        return await _written(work, scan)


async def _held(work: Work, record: type[Record], rules: Rules) -> Scan | None:
    """Where the entity's comparison stands, held until the transaction ends."""
    if rows := await work.run(_SCAN, entity_=record.entity):
        return Scan(record, rules, rows[0].mark, rows[0].after)
    if not rules.every:
        return None
    new = insert(duplicate_scan).values(entity=record.entity, mark="", after=None)
    begun = await work.run(new.on_conflict_do_nothing().returning(duplicate_scan.c.entity))
    return Scan(record, rules, "", None) if begun else None


async def _all(work: Work, scan: Scan) -> bool:
    """The next records in the order of their ids: each is compared with those before it."""
    table: Any = scan.record.__table__
    after = table.c.id > bindparam("after", type_=Uuid())
    query = _standing(scan.record).where(after).order_by(table.c.id).limit(_AT_ONCE)
    some = await work.records(scan.record, query, after=scan.after)
    if some:
        await work.run(_KEYS, given=_given(scan, some))
        await _keep(work, scan, await _agreeing(work, scan, some, anyone=False))
    scan.after = some[-1].id if len(some) == _AT_ONCE else None
    if scan.after is None:
        await _forget_older(work, scan)
    await _note(work, scan)
    return scan.after is not None


async def _written(work: Work, scan: Scan) -> bool:
    """The records that were written meanwhile, with whoever agrees with them."""
    ids = [row.record_id for row in await work.run(_TAKE, entity_=scan.record.entity)]
    if ids:
        if some := await _those(work, scan.record, ids):
            await work.run(_KEYS, given=_given(scan, some))
        pairs = await _agreeing(work, scan, some, anyone=True)
        await _keep(work, scan, pairs)
        await work.run(_NO_MORE, ids=ids, found=_as_json(pairs))
    # While records are written one by one, those of half a second are compared at once.
    return len(ids) == _AT_ONCE


async def _agreeing(
    work: Work, scan: Scan, some: Sequence[Record], *, anyone: bool
) -> dict[tuple[UUID, UUID], list[str]]:
    """The pairs that agree by some rule, of those that have one of their keys in common."""
    ids = [each.id for each in some]
    beside = await work.run(_SIDE_BY_SIDE, ids=ids, crowd=CROWD, anyone=anyone)
    known = {each.id: each for each in some}
    missing = {row.other for row in beside} - known.keys()
    known |= {each.id: each for each in await _those(work, scan.record, sorted(missing))}
    found: dict[tuple[UUID, UUID], list[str]] = {}
    for number, row in enumerate(beside):
        if number % _BREATH == 0:
            # Others wait for this process too.
            await asyncio.sleep(0)
        pair = min(row.id, row.other), max(row.id, row.other)
        if pair not in found and known.keys() >= set(pair):
            agreed = scan.rules.agreeing(known[pair[0]], known[pair[1]])
            found |= {pair: [each.said.id for each in agreed]} if agreed else {}
    return found


async def _those(work: Work, record: type[Record], ids: Sequence[UUID]) -> Sequence[Record]:
    """Some records, of those that stand."""
    table: Any = record.__table__
    among = table.c.id == any_(bindparam("ids", type_=ARRAY(Uuid())))
    return await work.records(record, _standing(record).where(among), ids=list(ids)) if ids else ()


def _standing(record: type[Record]) -> Select[Any]:
    return stored(record).where(record.__table__.c.binned_at.is_(None))


def _given(scan: Scan, some: Iterable[Record]) -> str:
    """The records with the keys that they have from now on."""
    return keeping.given((each, scan.rules.keys(each)) for each in some)


async def _keep(work: Work, scan: Scan, pairs: Pairs) -> None:
    if pairs:
        given = {"entity_": scan.record.entity, "mark": scan.mark, "found": _as_json(pairs)}
        await work.run(_FOUND, **given)


def _as_json(pairs: Pairs) -> str:
    return keeping.as_json([[*map(str, pair), rules] for pair, rules in pairs.items()])


async def _forget_older(work: Work, scan: Scan) -> None:
    """What the rules before had found and these have not; that two were told apart stays known."""
    mine = duplicate_pair.c.entity == scan.record.entity
    older = mine & (duplicate_pair.c.mark != scan.mark) & duplicate_pair.c.apart_by.is_(None)
    await work.run(duplicate_pair.delete().where(older))


async def _note(work: Work, scan: Scan) -> None:
    mine = duplicate_scan.c.entity == scan.record.entity
    await work.run(duplicate_scan.update().where(mine).values(mark=scan.mark, after=scan.after))
