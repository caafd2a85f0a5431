"""What has stood in the bin long enough is erased: nothing is left of a record but its place.

What was kept beside it goes along: history, shares, notes, lines of imports, rows of bulks, answers to
repeated calls, dead letters; other services take away their own when they hear of it. Not reached is what
lies in the outbox (7 days), in the streams (their time) and in backups, and the dead letters of services
that keep no copy of the record.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.v1 import events_pb2
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Integer,
    Numeric,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.access.clause import in_bin
from kit.actor import calling
from kit.database.tables import beside_records, is_unique, metadata
from kit.entity import Record
from kit.entity.parts import parts_in
from kit.events.consuming.dead_letters import FORGET
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.subjects import change_subject
from kit.records.process import Process
from kit.records.read.leading import taken_in
from kit.records.tables import history, share
from kit.records.write.work import Work
from kit.references.publishing import copy_of
from kit.telemetry import metrics

_AT_ONCE = 200
_ERASED = "erased"

# A record's place, and who may see what hangs on it.
_PLACE = (
    *("id", "version", "keys", "wkeys", "full_keys", "inherited"),
    *("binned_at", "erased_at", "merged_into", "gone_as"),
)
_KEPT = {*_PLACE, "owner_id", "created_at", "created_by", "binned_by"}


async def empty_bins(process: Process) -> None:
    """Erases what was deleted too long ago; replicas share the work, each takes rows that are free."""
    settings: Any = process.settings
    limit = datetime.now(UTC) - timedelta(days=settings.bin_days)
    for record in process.entities.values():
        # What has no bin stands there all the same once it is part of another one.
        for end in (erase,) if record.no_bin else (erase, forget_what_became_others):
            while await end(process, record, limit) == _AT_ONCE:
                pass
    await _measure(process)


async def erase(process: Process, record: type[Record], limit: datetime) -> int:
    """Erases some records that were deleted before a moment, with all that was kept of them."""
    async with process.work(calling()) as work:
        ids = [row.id for row in await work.run(_old(record, limit))]
        if ids:
            left = [record(**row._asdict()) for row in await work.run(_emptied(work, record, ids))]
            await _take_parts(work, record, ids)
            logs = await _logs_of(work, record, ids)
            await _forget(work, [*ids, *logs], limit)
            await work.run(history.delete().where(_among(history.c.record_id, logs)))
            await _forget_history(work, record, left)
            events = [_event(work, each) for each in left]
            await work.run(
                insert_statement, **rows(events, service=process.name, actor=work.actor.name)
            )
    metrics.BIN_ERASED.labels(record.entity).inc(len(ids))
    return len(ids)


async def forget_what_became_others(process: Process, record: type[Record], limit: datetime) -> int:
    """Takes away some records for good of which others were made: a log tells what they were, and goes on."""
    table: Any = record.__table__
    old = select(table.c.id).where(in_bin(table), table.c.gone_as.is_not(None))
    old = old.where(table.c.binned_at < limit).order_by(table.c.binned_at).limit(_AT_ONCE)
    async with process.work(calling()) as work:
        ids = [row.id for row in await work.run(old.with_for_update(skip_locked=True))]
        if ids:
            await _take_parts(work, record, ids)
            await _forget(work, ids, limit)
            await work.run(table.delete().where(_among(table.c.id, ids)))
    return len(ids)


def _old(record: type[Record], limit: datetime) -> Any:
    table = record.__table__
    old = select(table.c.id).where(in_bin(table), table.c.binned_at < limit)
    old = old.where(table.c.gone_as.is_(None))
    return old.order_by(table.c.binned_at).limit(_AT_ONCE).with_for_update(skip_locked=True)


def _emptied(work: Work, record: type[Record], ids: Sequence[UUID]) -> Any:
    """Takes every value out of rows; returns what is left of them."""
    table: Any = record.__table__
    kept = _KEPT | set(_ways_up(record))
    values = {each.name: _nothing(each) for each in table.c if each.name not in kept}
    values = {name: value for name, value in values.items() if value is not _AS_IT_IS}
    values |= {"version": table.c.version + 1, "erased_at": func.now()}
    values |= {"updated_at": func.now(), "updated_by": work.actor.name}
    place = (table.c[name] for name in (*_PLACE, *_ways_up(record)))
    return table.update().where(_among(table.c.id, ids)).values(values).returning(*place)


async def _take_parts(work: Work, record: type[Record], ids: Sequence[UUID]) -> None:
    """What was a part of these records says nothing without them, and nothing is left of it."""
    for kind in parts_in(record).values():
        await work.run(kind.row.table.delete().where(_among(kind.row.of_whole(), ids)))


_AS_IT_IS = object()


def _nothing(column: Column[Any]) -> Any:
    """What a column holds when nothing is said; a required moment or reference stays as it is."""
    if column.nullable:
        return None
    kind: Any = getattr(column.type, "impl_instance", column.type)
    if isinstance(kind, Text):
        # No two may be alike where a value is unique.
        return cast(column.table.c.id, Text) if is_unique(column) else ""
    if isinstance(kind, ARRAY):
        return []
    if isinstance(kind, JSONB):
        return {} if column.name == "custom" else []
    if isinstance(kind, Boolean):
        return False
    return 0 if isinstance(kind, Integer | Numeric) and not is_unique(column) else _AS_IT_IS


def _ways_up(record: type[Record]) -> Iterator[str]:
    """The fields that say on what a record hangs: what hangs on itself stays as open as it was."""
    for name in record.hangs_on:
        yield name
        kind: Any = record.fields[name].said.kind
        if kind.named_by:
            yield str(kind.named_by)


async def _logs_of(work: Work, record: type[Record], ids: Sequence[UUID]) -> Sequence[UUID]:
    """The lines of logs that tell of these records go, since they tell what the records were."""
    gone: list[UUID] = []
    for log in work.process.entities.values():
        for name in log.erased_with:
            if getattr(log.fields[name].said.kind, "target", "") == record.entity:
                table: Any = log.__table__
                lines = table.delete().where(_among(table.c[name], ids)).returning(table.c.id)
                gone += [row.id for row in await work.run(lines)]
    await _forget_told_of(work, gone)
    return gone


async def _forget_told_of(work: Work, logs: Sequence[UUID]) -> None:
    """A record that became others goes with the line that tells of it under its id."""
    for record in work.process.entities.values() if logs else ():
        table: Any = record.__table__
        told = (_among(table.c.id, logs), table.c.gone_as.is_not(None))
        await work.run(table.delete().where(*told))


# Whatever was answered about a record was answered before it went into the bin, and answers are kept
# for less time than that (RAPPORT_ANSWERS_DAYS), so that mostly there is nothing to look through.
_FORGET_ANSWERS = text(
    "delete from answered using unnest(cast(:records as text[])) as erased(id)"
    " where at < :limit and position(convert_to(erased.id, 'UTF8') in reply) > 0"
)


async def _forget(work: Work, ids: Sequence[UUID], limit: datetime) -> None:
    """Takes away what stands beside records; the lines of an import are counted, so they stay empty."""
    records = list(map(str, ids))
    await work.run(_FORGET_ANSWERS, records=records, limit=limit)
    await work.run(FORGET, records=records)
    for on in (share.c.record_id, *beside_records()):
        await work.run(on.table.delete().where(_among(on, ids)))
    # Importing and bulks stand above records, so that their tables are known by name alone.
    lines, rows = metadata.tables["import_line"], metadata.tables["bulk_row"]
    for told, emptied in (
        (lines, lines.update().values(original="", reasons={}, before=null())),
        (rows, rows.update().values(before=null(), reasons=null())),
    ):
        await work.run(emptied.where(_among(told.c.record_id, ids)))


async def _forget_history(work: Work, record: type[Record], left: Sequence[Record]) -> None:
    """That of what was merged into another one is that one's own, and goes with it."""
    ids = [each.id for each in left if each.merged_into is None]
    if ids:
        all_ = taken_in(record, _among(record.__table__.c.id, ids))
        await work.run(history.delete().where(history.c.record_id.in_(select(all_.c.id))))
        await work.run(_remembered(work, record, ids))


def _among(column: Any, ids: Sequence[UUID]) -> Any:
    return column == any_(literal(list(ids), ARRAY(Uuid())))


def _event(work: Work, left: Record) -> Announcement:
    """Tells other services to empty what they keep."""
    message = events_pb2.RecordChanged(
        entity=left.entity,
        id=str(left.id),
        version=left.version,
        actor=work.actor.name,
        copy=copy_of(left),
    )
    return Announcement.under(change_subject(left.entity, _ERASED), message)


def _remembered(work: Work, record: type[Record], ids: Sequence[UUID]) -> Any:
    """The one line of history that stays: that the record was erased."""
    table: Any = record.__table__
    line = {
        "entity": literal(record.entity),
        "record_id": table.c.id,
        "at": func.now(),
        "actor": literal(work.actor.name),
        "what": literal(_ERASED),
        "version": table.c.version,
        "changes": literal({}, JSONB()),
    }
    return history.insert().from_select(
        list(line), select(*line.values()).where(_among(table.c.id, ids))
    )


async def _measure(process: Process) -> None:
    for record in process.entities.values():
        if not record.no_bin:
            table = record.__table__
            counted = select(func.count()).select_from(table).where(in_bin(table))
            [row] = await process.reader.rows(counted)
            metrics.BIN_RECORDS.labels(record.entity).set(row[0])
