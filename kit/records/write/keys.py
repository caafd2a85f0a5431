"""The keys of a row: they follow its owner, its shares, its own audience and what it hangs on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from kit.access.clause import COLUMNS
from kit.entity import Audience, Level, Record
from kit.errors import Denied
from kit.records.tables import share
from kit.records.write.history import ACCESS, Change

if TYPE_CHECKING:
    from kit.records.write.work import Work


def moves(record: Record) -> bool:
    """Whether a change lets others in, for which shares and locks have to be looked at."""
    kind = type(record)
    telling = {"owner_id", *kind.hangs_on}
    own_audience = kind.audience is not Record.audience
    return own_audience or not telling.isdisjoint(inspect(record).committed_state)


def rekey(session: Session, work: "Work", record: Record, *, moved: bool) -> None:
    """Shares given by hand end when the record moves to another owner."""
    if not moves(record):
        return
    if moved:
        _refuse_to_hand_over(work, record)
    # Held, so that nobody who shares it at the same time goes by keys that are about to change.
    table = type(record).__table__.c
    session.execute(select(table.id).where(table.id == record.id).with_for_update(key_share=True))
    if moved:
        session.execute(share.delete().where(share.c.record_id == record.id))
    shares = () if moved else shares_of(session, record)
    give_keys(record, work.process.policy.row_keys(record, shares))
    if not inspect(record).committed_state.keys().isdisjoint(record.hangs_on):
        record.inherited = work.references.inherited(record)


def share_anew(work: "Work", session: Session, record: Record, access: list[Any]) -> None:
    """The row's keys follow its shares; it is a change of the record, with history and event."""
    if access[0] == access[1]:
        return
    give_keys(record, work.process.policy.row_keys(record, shares_of(session, record)))
    record.version += 1
    work.shown[record] = Change(record, "shared", {}, [], said={ACCESS: access})


def _refuse_to_hand_over(work: "Work", record: Record) -> None:
    """A record is handed over by whoever has it in full, whichever way the change comes."""
    former = inspect(record).committed_state
    keys, inherited = (
        former.get(name, getattr(record, name)) for name in ("full_keys", "inherited")
    )
    reach = work.process.policy.reach(work.actor, type(record), Level.FULL)
    if not reach.meets(keys, inherited):
        raise Denied("", {"owner_id": "You may change this record but not hand it over."})


def give_keys(record: Record, keys: Mapping[Level, list[int]]) -> None:
    """Sets the keys that differ; a row whose access stays as it was is not written for it."""
    for level, column in COLUMNS.items():
        if keys[level] != getattr(record, column):
            setattr(record, column, keys[level])


def shares_of(session: Session, record: Record) -> list[Audience]:
    """The access given by hand."""
    rows = session.execute(select(share).where(share.c.record_id == record.id))
    return [Audience(row.principal_kind, row.principal_id, Level(row.level)) for row in rows]
