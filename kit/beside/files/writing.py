"""Putting a file on a record, changing it and taking it away, each with its event in one transaction."""

from datetime import UTC, datetime
from typing import Any

from crm.v1 import files_pb2 as pb
from sqlalchemy import Select

from kit.beside.files.reading import whole
from kit.beside.files.receiving import Received, claimed
from kit.beside.files.tables import file, file_version
from kit.entity import Record
from kit.errors import NotFound
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.subjects import change_subject
from kit.ids import uuid7
from kit.records.write.work import Work

HAPPENS = PUT, CHANGED, DELETED = "filed", "file_changed", "file_deleted"
"""What happened to a file, as the subject of its event ends."""


async def put(work: Work, record: Record, name: str, received: Received) -> Any:
    """A new file on a record, which is held so that it is not erased meanwhile."""
    await work.hold(record, shared=True)
    if record.binned_at is not None:
        raise NotFound
    values = {
        "id": uuid7(),
        "version": 1,
        "entity": record.entity,
        "record_id": record.id,
        "name": name,
        "number": 1,
        "created_by": work.actor.name,
        "created_at": datetime.now(UTC),
    }
    await work.run(file.insert().values(values))
    return await _with_bytes(work, record, values["id"], 1, received, PUT)


async def replace(work: Work, record: Record, row: Any, name: str, received: Received) -> Any:
    """Another version of a file; the ones before stay."""
    number = row.number + 1
    values = {"version": row.version + 1, "number": number, **_named(name)}
    changed = file.update().where(file.c.id == row.id).values(values)
    await work.run(changed)
    return await _with_bytes(work, record, row.id, number, received, CHANGED)


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "worded_at": datetime.now(UTC)}


async def _with_bytes(
    work: Work, record: Record, file_id: Any, number: int, received: Received, what: str
) -> Any:
    """The bytes become those of a version; whoever sees the one from now on sees the other."""
    await claimed(work, received.content_id)
    values = {
        "file_id": file_id,
        "number": number,
        "content_id": received.content_id,
        "size": received.size,
        "media_type": received.content.media_type,
        "digest": received.digest,
        "actor": work.actor.name,
        "at": datetime.now(UTC),
    }
    await work.run(file_version.insert().values(values))
    return await _told(work, what, record, whole().where(file.c.id == file_id))


async def rename(work: Work, record: Record, row: Any, name: str) -> Any:
    """The file under another name."""
    if name == row.name:
        return row
    values = {"version": row.version + 1, **_named(name)}
    changed = file.update().where(file.c.id == row.id).values(values)
    await work.run(changed)
    return await _told(work, CHANGED, record, whole().where(file.c.id == row.id))


async def take_away(work: Work, record: Record, row: Any) -> None:
    """Nothing is left of the file; its bytes are nobody's from now on, and are erased soon."""
    await work.run(file.delete().where(file.c.id == row.id))
    await _tell(work, DELETED, record, row)


async def _told(work: Work, what: str, record: Record, query: Select[Any]) -> Any:
    """The file as it is now, after the event that says so."""
    (row,) = await work.run(query)
    await _tell(work, what, record, row)
    return row


async def _tell(work: Work, what: str, record: Record, row: Any) -> None:
    """The event of a file, for whoever may see its record."""
    message = pb.FileChanged(
        entity=record.entity,
        id=str(record.id),
        file_id=str(row.id),
        version=row.version + (what == DELETED),
        actor=work.actor.name,
        number=row.number,
        size=row.size,
        media_type=row.media_type,
    )
    if what != DELETED:
        message.name = row.name
    event = Announcement.under(change_subject(record.entity, what), message)
    told = rows([event], service=work.process.name, actor=work.actor.name)
    await work.run(insert_statement, **told)
