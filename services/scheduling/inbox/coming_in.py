"""What comes into inboxes: each service says whom to tell, and each person is told once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.v1.notices_pb2 import NoticeGiven
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kit.entity import Instant
from kit.events.consuming.listeners import Listener, on
from kit.ids import uuid7
from kit.notices.giving import subject
from kit.notices.kinds import KINDS, NEVER
from kit.records import Work
from services.scheduling.inbox.telling import tell
from services.scheduling.model.notifications import chosen, muted, notification

SOURCES = ("identity", "parties", "sales", "campaigns", "helpdesk", "scheduling")
"""The services that have something to tell; chat tells by itself."""


def _listener(service: str) -> Listener[NoticeGiven]:
    async def keep(event: NoticeGiven, work: Work) -> None:
        await take_in(event, work)

    keep.__name__ = f"tell_of_{service}"
    # What two people are told does not touch, nor what one person is told of two things.
    return on(NoticeGiven, subject=subject(service), in_order=False)(keep)


LISTENERS = [_listener(each) for each in SOURCES]


async def take_in(event: NoticeGiven, work: Work) -> None:
    """One notification for each of those who work here and have not muted the record."""
    people = {UUID(each.person_id): each.kind for each in event.addressees if each.kind in KINDS}
    people = await _who_hears(work, event, people)
    if not people:
        return
    mail = await _mail_of(work, people)
    new = insert(notification).values(
        [_row(event, *each, mail[each[0]]) for each in people.items()]
    )
    kept = new.on_conflict_do_nothing(index_elements=["person_id", "event"])
    told = await work.run(kept.returning(notification.c.person_id))
    await tell(work, [each.person_id for each in told])


async def _who_hears(work: Work, event: NoticeGiven, people: dict[UUID, str]) -> dict[UUID, str]:
    known = work.process.policy.organisation
    here = {each for each in people if each in known.people and not known.has_left(each)}
    if event.record_id:
        deaf = select(muted.c.person_id).where(
            muted.c.record_id == UUID(event.record_id), muted.c.person_id.in_(here)
        )
        here -= {each.person_id for each in await work.rows(deaf)}
    return {each: kind for each, kind in people.items() if each in here}


async def _mail_of(work: Work, people: dict[UUID, str]) -> dict[UUID, str]:
    """Whether each is to be written to, as the person chose or the kind says."""
    said = await work.rows(select(chosen).where(chosen.c.person_id.in_(people)))
    choice = {(each.person_id, each.kind): each.mail for each in said}
    wanted = {who: choice.get((who, kind), KINDS[kind].mail) for who, kind in people.items()}
    return {who: "" if mail == NEVER else mail for who, mail in wanted.items()}


def _row(event: NoticeGiven, person: UUID, kind: str, mail: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "person_id": person,
        "event": event.id,
        "kind": kind,
        "at": Instant().parse(event.at) or datetime.now(UTC),
        "read_at": None,
        "entity": event.entity,
        "record_id": UUID(event.record_id) if event.record_id else None,
        "actor": event.actor,
        "what": event.what,
        "fields": list(event.fields),
        "work": event.work,
        "work_id": event.work_id,
        "work_name": event.work_name,
        "mail": mail,
    }
