"""The keys of a row: they follow its owner, its shares, its own audience and what it hangs on."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kit.access.clause import COLUMNS
from kit.entity import Audience, Level, Record
from kit.entity.tracking import former, was
from kit.errors import Denied
from kit.references.fetch import Fetch

if TYPE_CHECKING:
    from kit.records.write.work import Work

ACCESS_COLUMNS = frozenset({*COLUMNS.values(), "inherited"})
"""The columns that say who may see and change a row."""

Shares = Mapping[UUID, Sequence[Audience]]
"""The access given by hand, by record."""

# Held, so that nobody who shares a record at the same time goes by keys that are about to change.
_HOLD = 'select from "{table}" where id = any($1::uuid[]) order by id for no key update'
_END = "delete from share where record_id = any($1::uuid[])"
_GIVEN = """
select record_id, principal_kind, principal_id, level from share where record_id = any($1::uuid[])
order by record_id, granted_at
"""


def moves(record: Record) -> bool:
    """Whether a change lets others in, for which shares and locks have to be looked at."""
    kind = type(record)
    deciding = {"owner_id", *kind.hangs_on}
    own_audience = kind.audience is not Record.audience
    return own_audience or not deciding.isdisjoint(former(record))


async def hold(fetch: Fetch, moved: Sequence[Record]) -> Shares:
    """Holds the rows of those that let others in; of those that keep their owner, the shares."""
    for table, records in groupby(sorted(moved, key=_table), key=_table):
        await fetch(_HOLD.format(table=table), [[each.id for each in records]])
    if handed := [each.id for each in moved if "owner_id" in former(each)]:
        await fetch(_END, [handed])
    kept = [each.id for each in moved if each.id not in handed]
    return await shares_of(fetch, kept) if kept else {}


async def shares_of(fetch: Fetch, ids: Sequence[UUID]) -> Shares:
    """The access given by hand."""
    rows = await fetch(_GIVEN, [list(ids)])
    return {
        record: [Audience(row[1], row[2], Level(row[3])) for row in given]
        for record, given in groupby(rows, key=lambda row: row["record_id"])
    }


def rekey(work: "Work", record: Record, shares: Shares) -> None:
    """Gives a record the keys of whom it lets in by now; shares end when it moves to another owner."""
    if not moves(record):
        return
    changed = former(record)
    if "owner_id" in changed:
        _refuse_to_hand_over(work, record)
    give_keys(record, work.process.policy.row_keys(record, shares.get(record.id, ())))
    if not changed.keys().isdisjoint(record.hangs_on):
        record.inherited = work.references.inherited(record)


def _refuse_to_hand_over(work: "Work", record: Record) -> None:
    """A record is handed over by whoever has it in full, whichever way the change comes."""
    if work.gives_back or work.hands_over:
        return
    reach = work.permit(type(record)).reach(Level.FULL)
    if not reach.meets(was(record, "full_keys"), was(record, "inherited")):
        raise Denied("", {"owner_id": "You may change this record but not hand it over."})


def give_keys(record: Record, keys: Mapping[Level, list[int]]) -> None:
    """Sets the keys that differ; a row whose access stays as it was is not written for it."""
    for level, column in COLUMNS.items():
        if keys[level] != getattr(record, column):
            setattr(record, column, keys[level])


def _table(record: Record) -> Any:
    return record.__tablename__
