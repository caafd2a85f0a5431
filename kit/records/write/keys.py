"""The keys of a row: they follow its owner, its shares, its own audience and what it hangs on."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kit.access.clause import COLUMNS
from kit.entity import Audience, Governs, Level, Record
from kit.entity.tracking import former, was
from kit.errors import Denied, Invalid
from kit.references.fetch import Fetch

if TYPE_CHECKING:
    from kit.records.write.work import Work

ACCESS_COLUMNS = frozenset({*COLUMNS.values(), "inherited"})
"""The columns that say who may see and change a row."""

_IN_FULL = {
    "owner_id": "You may change this record but not hand it over.",
    "private": "You may change this record but not say who else sees it; ask its owner.",
}
"""The fields that say who is let in, with what whoever may not decide that is told."""

Shares = Mapping[UUID, Sequence[Audience]]
"""The access given by hand, by record."""

# Held, so that nobody who shares a record at the same time goes by keys that are about to change.
_HOLD = 'select from "{table}" where id = any($1::uuid[]) order by id for no key update'
_END = "delete from share where record_id = any($1::uuid[])"
_GIVEN = """
select record_id, principal_kind, principal_id, level, coalesce(role, '') from share
where record_id = any($1::uuid[]) order by record_id, granted_at
"""


def moves(record: Record) -> bool:
    """Whether a change lets others in, for which shares and locks have to be looked at."""
    kind = type(record)
    deciding = {"owner_id", "private", *kind.hangs_on}
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
        record: [Audience(row[1], row[2], Level(row[3]), row[4]) for row in given]
        for record, given in groupby(rows, key=lambda row: row["record_id"])
    }


def rekey(work: "Work", record: Record, shares: Shares) -> None:
    """Gives a record the keys of whom it lets in by now; shares end when it moves to another owner."""
    if not moves(record):
        return
    changed = former(record)
    for name, why in _IN_FULL.items():
        if name in changed:
            _refuse_unless_full(work, record, name, why)
    refuse_unowned(record)
    give_keys(record, work.process.policy.row_keys(record, shares.get(record.id, ())))
    if not changed.keys().isdisjoint(("private", *record.hangs_on)):
        record.inherited = work.references.inherited(record)


def _refuse_unless_full(work: "Work", record: Record, name: str, why: str) -> None:
    """Who is let in is decided by whoever has the record in full, whichever way the change comes."""
    decided = work.hands_over if name == "owner_id" else _lifts(work, record)
    if work.gives_back or decided:
        return
    reach = work.permit(type(record)).reach(Level.FULL)
    if not reach.meets(was(record, "full_keys"), was(record, "inherited")):
        raise Denied("", {name: why})


def _lifts(work: "Work", record: Record) -> bool:
    """Who manages access may open what somebody keeps private, as when its owner has left."""
    return not record.kept_private and "edit" in work.permit(Governs.ACCESS).rights


def refuse_unowned(record: Record) -> None:
    """What is private and nobody's, nobody could open again."""
    if record.kept_private and record.owner_id is None:
        raise Invalid(private="A private record needs an owner; say who that is.")


def give_keys(record: Record, keys: Mapping[Level, list[int]]) -> None:
    """Sets the keys that differ; a row whose access stays as it was is not written for it."""
    for level, column in COLUMNS.items():
        if keys[level] != getattr(record, column):
            setattr(record, column, keys[level])


def _table(record: Record) -> Any:
    return record.__tablename__
