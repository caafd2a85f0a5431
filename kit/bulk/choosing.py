"""Which records a bulk is about: settled when it begins, in the order of their ids."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from crm.v1 import bulk_pb2 as pb
from sqlalchemy import Select, func, insert, literal, select

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.bulk.rows import CHANGED
from kit.bulk.tables import bulk_row
from kit.database.statements import compiled
from kit.database.transaction import Transaction
from kit.entity import Level
from kit.errors import Invalid
from kit.query import parse, to_sql
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of, found_by_words, words_asked

MOST = 1_000_000
_NAMED = (
    "INSERT INTO bulk_row (job_id, number, record_id)"
    " SELECT $1, row_number() over (order by id), id FROM unnest($2::uuid[]) AS named(id)"
)
_COLUMNS = ["job_id", "number", "record_id"]
_WHICH = "Name the records by ids or by a filter, or say that all are meant."


async def choose(
    transaction: Transaction, job_id: UUID, *, permit: Permit, request: pb.BulkRequest, binned: bool
) -> int:
    """Writes down the records that are meant and answers how many there are."""
    asked = bool(request.filter or request.search or request.all)
    if bool(request.ids) == asked:
        raise Invalid(ids=_WHICH)
    if request.ids:
        return await _named(transaction, job_id, request.ids)
    return await _found(transaction, job_id, _asked_for(permit, request, binned=binned), request)


async def _named(transaction: Transaction, job_id: UUID, given: Sequence[str]) -> int:
    try:
        ids = {UUID(each) for each in given}
    except ValueError as wrong:
        raise Invalid(ids="One of these is no id; send the ids as records have them.") from wrong
    await transaction.fetch(_NAMED, [job_id, list(ids)])
    return len(ids)


async def _found(
    transaction: Transaction, job_id: UUID, query: Select[Any], request: pb.BulkRequest
) -> int:
    ids = query.limit(MOST + 1).subquery("found")
    number = func.row_number().over(order_by=ids.c.id)
    rows = insert(bulk_row).from_select(_COLUMNS, select(literal(job_id), number, ids.c.id))
    statement = compiled(rows.returning(literal(1)))
    counted = f"WITH written AS ({statement.text}) SELECT count(*) FROM written"  # noqa: S608 - built by SQLAlchemy
    words = words_asked(request.search) if request.search else ""
    try:
        [row] = await transaction.fetch(counted, statement.arguments({"words": words}))
    except asyncpg.DataError as wrong:
        told = "A value that was asked for fits no field; check the filter and the values."
        raise Invalid(told) from wrong
    if row[0] > MOST:
        raise Invalid(filter=f"These are more than {MOST:,} records; narrow the filter.")
    return int(row[0])


def _asked_for(permit: Permit, request: pb.BulkRequest, *, binned: bool) -> Select[Any]:
    """The records within the caller's sight that answer the question, as a list would show them.

    Of what stands in the bin, people see what they could delete.
    """
    level = Level.FULL if binned else Level.READ
    record = permit.record
    query = select(record.__table__.c.id).where(
        reachable(record, permit.reach(level), level, binned=binned)
    )
    if node := parse(request.filter):
        query = query.where(to_sql(node, Asked(permit), context_of(permit)))
    if request.search:
        query = query.where(found_by_words(permit))
    return query.order_by(record.__table__.c.id)


async def the_same(transaction: Transaction, job_id: UUID, *, of: UUID) -> int:
    """The records of another bulk."""
    rows = select(literal(job_id), bulk_row.c.number, bulk_row.c.record_id)
    rows = rows.where(bulk_row.c.job_id == of)
    columns = ["job_id", "number", "record_id"]
    return await transaction.count(insert(bulk_row).from_select(columns, rows))


async def what_changed(transaction: Transaction, job_id: UUID, *, of: UUID) -> int:
    """The records that another bulk changed, with what they said before."""
    number = func.row_number().over(order_by=bulk_row.c.number)
    rows = select(
        literal(job_id), number, bulk_row.c.record_id, bulk_row.c.version, bulk_row.c.before
    ).where(bulk_row.c.job_id == of, bulk_row.c.state == CHANGED)
    columns = ["job_id", "number", "record_id", "version", "before"]
    return await transaction.count(insert(bulk_row).from_select(columns, rows))
