"""The statements that read what is known of files, and how it is told to whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.v1 import files_pb2 as pb
from sqlalchemy import Select, and_, func, select

from kit.access.permit import Permit
from kit.actor import Actor, calling
from kit.beside.files.kinds import preview_of
from kit.beside.files.tables import file, file_opening, file_text, file_version
from kit.beside.notes.reading import moment
from kit.entity import Level
from kit.entity.kinds import PERSON
from kit.errors import Invalid
from kit.ids import record_id
from kit.records.read.naming import Wanted

_NO_PAGE = "This is no page of {}; start again from the first page."
_LONGEST_NUMBER = 9
_OF_VERSION = (
    file_version.c.content_id,
    file_version.c.size,
    file_version.c.media_type,
    file_version.c.digest,
    file_version.c.actor,
    file_version.c.at,
)
_OF_TEXT = (file_text.c.state.label("text_state"), file_text.c.error.label("text_error"))
WHOLE = (*file.c, *_OF_VERSION, *_OF_TEXT)
"""A file with the version that counts, and what has become of its text."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the files of one record, and how far his access to it goes."""

    actor: Actor
    edits: bool
    full: bool

    @classmethod
    def of(cls, permit: Permit, wkeys: Any, full_keys: Any, inherited: Any) -> "Reader":
        """As the keys of the record say, which a row tells as well as the record itself."""
        edits = permit.reach(Level.EDIT).meets(wkeys, inherited)
        return cls(calling(), edits, permit.reach(Level.FULL).meets(full_keys, inherited))

    def put_there(self, row: Any) -> bool:
        return bool(row.created_by == self.actor.name)

    def may_change(self, row: Any) -> bool:
        """Whether he may rename a file and bring other versions of it."""
        return self.edits or self.put_there(row)

    def may_delete(self, row: Any) -> bool:
        return self.full or self.put_there(row)

    def shown(self, row: Any) -> pb.File:
        """One file as he may see it."""
        return pb.File(
            id=str(row.id),
            version=row.version,
            entity=row.entity,
            record_id=str(row.record_id),
            name=row.name,
            number=row.number,
            size=row.size,
            media_type=row.media_type,
            preview=preview_of(row.media_type),
            digest=row.digest,
            created_by=row.created_by,
            created_at=moment(row.created_at),
            changed_by=row.actor,
            changed_at=moment(row.at),
            may_change=self.may_change(row),
            may_delete=self.may_delete(row),
            text_state=row.text_state or "",
            text_error=row.text_error or "",
        )


def whole(number: Any = file.c.number) -> Select[Any]:
    """Files with their latest version, or with the one of a number."""
    of_it = and_(file_version.c.file_id == file.c.id, file_version.c.number == number)
    columns = [each for each in WHOLE if each is not file.c.number]
    read = and_(file_text.c.file_id == file.c.id, file_text.c.number == file_version.c.number)
    rows = select(*columns, file_version.c.number).join_from(file, file_version, of_it)
    return rows.outerjoin(file_text, read)


def _on(rows: Select[Any], request: Any) -> Select[Any]:
    on_it = (file.c.record_id == record_id(request.id), file.c.entity == request.entity)
    return rows.where(*on_it)


def one_of(request: Any, number: int = 0) -> Select[Any]:
    """The file that a request names, if it is one of the record that it names."""
    rows = whole(number) if number else whole()
    return _on(rows, request).where(file.c.id == record_id(request.file_id))


def asked_for(request: pb.FilesRequest) -> Select[Any]:
    """The files of a record, the newest first."""
    rows = _on(whole(), request)
    if request.page_token:
        rows = rows.where(file.c.id < _id(request.page_token, "files"))
    return rows.order_by(file.c.id.desc())


def versions(request: pb.FileVersionsRequest) -> Select[Any]:
    """The versions of a file, newest first."""
    rows = select(file_version).where(file_version.c.file_id == record_id(request.file_id))
    if request.page_token:
        rows = rows.where(file_version.c.number < _number(request.page_token))
    return rows.order_by(file_version.c.number.desc())


def openings(request: pb.FileOpeningsRequest) -> Select[Any]:
    """Who opened a file, latest first."""
    rows = select(file_opening).where(file_opening.c.file_id == record_id(request.file_id))
    if request.page_token:
        rows = rows.where(file_opening.c.id < _id(request.page_token, "openings"))
    return rows.order_by(file_opening.c.id.desc())


def space() -> Select[Any]:
    """How much room the files of this service take, by entity."""
    taken = func.sum(file_version.c.size).label("bytes")
    files = func.count(file.c.id.distinct()).label("files")
    rows = select(file.c.entity, files, taken).join_from(file, file_version)
    return rows.group_by(file.c.entity).order_by(taken.desc(), file.c.entity)


def _id(token: str, what: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE.format(what)) from wrong


def _number(token: str) -> int:
    if not (token.isascii() and token.isdecimal()) or len(token) > _LONGEST_NUMBER:
        raise Invalid(page_token=_NO_PAGE.format("versions"))
    return int(token)


def shown_version(row: Any) -> pb.FileVersion:
    """One version of a file."""
    return pb.FileVersion(
        number=row.number,
        size=row.size,
        media_type=row.media_type,
        digest=row.digest,
        actor=row.actor,
        at=moment(row.at),
    )


def shown_opening(row: Any) -> pb.FileOpening:
    """That somebody opened a file."""
    return pb.FileOpening(actor=row.actor, at=moment(row.at), number=row.number, how=row.how)


def people(names: Iterable[str]) -> Wanted:
    """Who is named, as far as it is a person."""
    return {PERSON: {UUID(name) for name in names if not name.startswith("system:")}}
