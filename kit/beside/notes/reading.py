"""The statements that read notes of one record, and how a note is told to whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.v1 import notes_pb2 as pb
from sqlalchemy import Select, select, tuple_

from kit.actor import Actor
from kit.beside.notes.tables import note, note_version
from kit.entity import Instant
from kit.entity.kinds import PERSON
from kit.entity.record import words_in, words_of, words_query
from kit.errors import Invalid
from kit.ids import record_id
from kit.records.read.naming import Wanted

_LONGEST_VERSION = 9
_NO_PAGE = "This is no page of notes; start again from the first page."


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the notes of one record, and whether he has full access to it."""

    actor: Actor
    full: bool

    def wrote(self, row: Any) -> bool:
        return bool(row.created_by == self.actor.name)

    def may_delete(self, row: Any) -> bool:
        """Whether he may pin a note and take it away."""
        return self.full or self.wrote(row)

    def shown(self, row: Any, unseen_by: Iterable[UUID] = ()) -> pb.Note:
        """One note as he may see it."""
        shown = pb.Note(
            id=str(row.id),
            version=row.version,
            entity=row.entity,
            record_id=str(row.record_id),
            body=row.body,
            visibility=row.visibility,
            pinned=row.pinned,
            mentions=map(str, row.mentions),
            created_by=row.created_by,
            created_at=moment(row.created_at),
            may_change=self.wrote(row),
            may_delete=self.may_delete(row),
            unseen_by=map(str, unseen_by),
        )
        if row.edited_at is not None:
            shown.edited_at = moment(row.edited_at)
        return shown


def moment(at: datetime) -> str:
    """A moment as the contract tells it."""
    return str(Instant().show(at))


def one_of(request: Any) -> Select[Any]:
    """The note that a request names, if it is one of the record that it names."""
    return select(note).where(
        note.c.id == record_id(request.note_id),
        note.c.record_id == record_id(request.id),
        note.c.entity == request.entity,
    )


def asked_for(request: pb.NotesRequest) -> Select[Any]:
    """The notes of a record, pinned ones first, then the newest; `words` are those searched for."""
    rows = select(note).where(
        note.c.record_id == record_id(request.id), note.c.entity == request.entity
    )
    if request.visibility:
        rows = rows.where(note.c.visibility == request.visibility)
    if words_of(request.search):
        rows = rows.where(words_in([note.c.body]).bool_op("@@")(words_query()))
    if request.page_token:
        rows = rows.where(tuple_(note.c.pinned, note.c.id) < tuple_(*_place(request.page_token)))
    return rows.order_by(note.c.pinned.desc(), note.c.id.desc())


def token_after(row: Any) -> str:
    """What names the page after this note."""
    return f"{int(row.pinned)}_{row.id}"


def _place(token: str) -> tuple[bool, UUID]:
    pinned, _, last = token.partition("_")
    try:
        return {"0": False, "1": True}[pinned], UUID(last)
    except (KeyError, ValueError) as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong


def said_before(request: pb.NoteVersionsRequest) -> Select[Any]:
    """What a note said before, newest first."""
    rows = select(note_version).where(note_version.c.note_id == record_id(request.note_id))
    if request.page_token:
        rows = rows.where(note_version.c.version < _version(request.page_token))
    return rows.order_by(note_version.c.version.desc())


def _version(token: str) -> int:
    if not (token.isascii() and token.isdecimal()) or len(token) > _LONGEST_VERSION:
        raise Invalid(page_token=_NO_PAGE)
    return int(token)


def people_in(notes: Iterable[pb.Note]) -> Wanted:
    """Who wrote the notes, and whom they mention."""
    names = {name for each in notes for name in (each.created_by, *each.mentions)}
    return {PERSON: {UUID(name) for name in names if not name.startswith("system:")}}
