"""Where the entries of a timeline come from: each source in an order of its own, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, literal, select, true, union_all

from kit.beside.files.reading import whole
from kit.beside.notes.tables import note
from kit.beside.timeline.branches import Branch, naming
from kit.entity import Record, Reference
from kit.errors import Invalid
from kit.records.read.leading import taken_in
from kit.records.tables import history

CHANGE, NOTE, FILE, LOG = KINDS = ("change", "note", "file", "log")
_NO_PAGE = "This is no page of a timeline; start again from the first page."
_LONGEST_PLACE = 18


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a timeline ends: the last entry that was told of each source."""

    change: int | None = None
    note: UUID | None = None
    file: UUID | None = None
    log: UUID | None = None

    @classmethod
    def read(cls, token: str) -> "Place":
        if not token:
            return cls()
        try:
            change, note_id, file_id, log_id = token.split("_")
            return cls(_number(change), _id(note_id), _id(file_id), _id(log_id))
        except ValueError as wrong:
            raise Invalid(page_token=_NO_PAGE) from wrong

    def token(self) -> str:
        told = (self.change, self.note, self.file, self.log)
        return "_".join("" if each is None else str(each) for each in told)


def _number(text: str) -> int | None:
    if len(text) > _LONGEST_PLACE or not (text.isascii() and (text.isdecimal() or not text)):
        raise ValueError(text)
    return int(text) if text else None


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def changes(
    branches: Iterable[Branch], stem: Branch | None, after: Place, limit: int
) -> Select[Any]:
    """The newest lines of history of these records, and of what was merged into the one that is asked of."""
    rows = [_with_taken_in(each) if each is stem else _rows(each) for each in branches]
    return _newest(rows, history, history.c.seq, after.change, limit)


def notes(branches: Iterable[Branch], after: Place, limit: int) -> Select[Any]:
    """The newest notes on these records."""
    return _newest(map(_rows, branches), note, note.c.id, after.note, limit)


def files(branches: Iterable[Branch], after: Place, limit: int) -> Select[Any]:
    """The newest files on these records, as they are by now."""
    all_ = whole().subquery("whole")
    return _newest(map(_rows, branches), all_, all_.c.id, after.file, limit)


def _rows(branch: Branch) -> Select[Any]:
    """The records of a branch, each with whether the caller has full access to it."""
    rows = branch.rows().subquery()
    return select(_entity(branch), rows.c.id, rows.c.full)


def _with_taken_in(branch: Branch) -> Select[Any]:
    """The same and all that were merged into them, under the access of those."""
    rows = branch.rows().subquery()
    all_ = taken_in(branch.record, branch.which)
    return select(_entity(branch), all_.c.id, rows.c.full).join(rows, rows.c.id == all_.c.root)


def _entity(branch: Branch) -> Any:
    return literal(branch.record.entity, Text()).label("entity")


def _newest(
    rows: Iterable[Select[Any]], table: Any, key: Any, after: Any, limit: int
) -> Select[Any]:
    """A few rows for each record by the index that has them in order, and of all these the newest."""
    records = list(rows)
    on = union_all(*records).subquery() if len(records) > 1 else records[0].subquery()
    of_one = select(table).where(table.c.record_id == on.c.id, table.c.entity == on.c.entity)
    if after is not None:
        of_one = of_one.where(key < after)
    found = of_one.order_by(key.desc()).limit(limit).lateral()
    newest = select(found, on.c.full).select_from(on).join(found, true())
    return newest.order_by(found.c[key.name].desc()).limit(limit)


def logs(
    stem: Branch, entities: Mapping[str, type[Record]], after: Place, limit: int
) -> Select[Any] | None:
    """The newest lines of logs that name the record without hanging on it; None where there is no log."""
    lines = [each for log in entities.values() if (each := _lines(stem, log)) is not None]
    if not lines:
        return None
    all_ = union_all(*lines).subquery() if len(lines) > 1 else lines[0].subquery()
    rows = select(all_)
    if after.log is not None:
        rows = rows.where(all_.c.id < after.log)
    return rows.order_by(all_.c.id.desc()).limit(limit)


def _lines(stem: Branch, log: type[Record]) -> Select[Any] | None:
    if not log.a_log or log.hangs_on:
        return None
    permit = stem.permit.another(log)
    names = [name for name in permit.seen(log.fields) if _refers(log, name)]
    named = naming(log, stem.record.entity, names, stem.ids())
    if named is None or "view" not in permit.rights:
        return None
    lines, table = Branch(permit, named), log.__table__.c
    entity = literal(log.entity, Text()).label("entity")
    return select(entity, table.id, table.created_at, table.created_by).where(
        table.id.in_(lines.ids())
    )


def _refers(log: type[Record], name: str) -> bool:
    return name != "id" and isinstance(log.fields[name].said.kind, Reference)


def in_order(sources: Mapping[str, Sequence[tuple[Any, Any]]], size: int) -> list[tuple[str, Any]]:
    """The newest entries of all sources, as moment and row; each source keeps the order it has."""
    heads = {kind: list(rows) for kind, rows in sources.items()}
    told: list[tuple[str, Any]] = []
    while len(told) < size and any(heads.values()):
        kind = max((each for each in heads if heads[each]), key=lambda each: heads[each][0][0])
        told.append((kind, heads[kind].pop(0)[1]))
    return told
