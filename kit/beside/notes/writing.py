"""Writing a note, changing it and taking it away, each with its event in one transaction."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.v1 import notes_pb2 as pb

from kit.access.policy import Policy
from kit.beside.notes.noticing import noticed
from kit.beside.notes.tables import note, note_version
from kit.beside.notes.text import mentions_in
from kit.entity import Level, Record
from kit.entity.kinds import PERSON
from kit.errors import Invalid, NotFound
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.subjects import change_subject
from kit.ids import uuid7
from kit.notices.giving import sees
from kit.records.write.work import Work

HAPPENS = WRITTEN, CHANGED, DELETED = "noted", "note_changed", "note_deleted"
"""What happened to a note, as the subject of its event ends."""

_VISIBLE = ("internal", "portal")
_NOBODY = "Nobody whom you may see has the id {}; take the mention out or choose somebody else."


async def write(work: Work, record: Record, said: pb.NewNote, body: str) -> Any:
    """A new note on a record, which is held so that it is not erased meanwhile."""
    mentions = known_people(work, body)
    await work.hold(record, shared=True)
    if record.binned_at is not None:
        raise NotFound
    values = {
        "id": uuid7(),
        "version": 1,
        "entity": record.entity,
        "record_id": record.id,
        "body": body,
        "visibility": said.visibility or _VISIBLE[0],
        "pinned": said.pinned,
        "mentions": mentions,
        "created_by": work.actor.name,
        "created_at": datetime.now(UTC),
        "edited_at": None,
        "said_since": 1,
    }
    (row,) = await work.run(note.insert().values(values).returning(note))
    await _tell(work, WRITTEN, record, row, mentions)
    return row


async def change(work: Work, record: Record, row: Any, values: dict[str, Any]) -> Any:
    """The note with other values; where its text is another, what it said is kept."""
    values = {name: value for name, value in values.items() if value != getattr(row, name)}
    if not values:
        return row
    values["version"] = row.version + 1
    if "body" in values:
        values |= await _said_anew(work, row, values["body"])
    changed = note.update().where(note.c.id == row.id).values(values).returning(note)
    (after,) = await work.run(changed)
    await _tell(work, CHANGED, record, after, set(after.mentions) - set(row.mentions))
    return after


async def _said_anew(work: Work, row: Any, body: str) -> dict[str, Any]:
    before = {"body": row.body, "at": row.edited_at or row.created_at}
    kept = note_version.insert().values(note_id=row.id, version=row.said_since, **before)
    await work.run(kept)
    return {
        "mentions": known_people(work, body),
        "said_since": row.version + 1,
        "edited_at": (now := datetime.now(UTC)),
        "worded_at": now,
    }


async def take_away(work: Work, record: Record, row: Any) -> None:
    """Nothing is left of the note, nor of what it said before."""
    await work.run(note.delete().where(note.c.id == row.id))
    await _tell(work, DELETED, record, row, ())


def known_people(work: Work, body: str) -> Sequence[UUID]:
    """Whom a text mentions; Invalid where somebody is nobody, or nobody whom the writer may see."""
    people, known = mentions_in(body), work.process.policy.organisation.people
    everybody = work.permit(PERSON).reach(Level.READ).all
    for each in people:
        if each not in known or not (everybody or each == work.actor.person_id):
            raise Invalid(body=_NOBODY.format(each))
    return people


def unseen_by(policy: Policy, record: Record, people: Collection[UUID]) -> list[UUID]:
    """Of some people those who may not see a record, or work here no more."""
    return [each for each in people if not sees(policy, type(record), record, each)]


async def _tell(
    work: Work, what: str, record: Record, row: Any, mentioned: Collection[UUID]
) -> None:
    """The event of a note, for whoever may see its record."""
    unseen = set(unseen_by(work.process.policy, record, mentioned))
    message = pb.NoteChanged(
        entity=record.entity,
        id=str(record.id),
        note_id=str(row.id),
        version=row.version + (what == DELETED),
        actor=work.actor.name,
        visibility=row.visibility,
        pinned=row.pinned,
        mentioned=[str(each) for each in mentioned if each not in unseen],
    )
    if what != DELETED:
        message.body = row.body
    events = [Announcement.under(change_subject(record.entity, what), message)]
    if what != DELETED:
        events += await noticed(work, record, row, set(mentioned) - unseen, is_new=what == WRITTEN)
    told = rows(events, service=work.process.name, actor=work.actor.name)
    await work.run(insert_statement, **told)
