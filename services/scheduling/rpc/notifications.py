"""Notifications over gRPC: everybody's own inbox, and nobody else's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsServicer
from crm.v1 import standard_pb2
from sqlalchemy import delete, exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.actor import calling
from kit.entity import Instant
from kit.entity.kinds import PERSON
from kit.errors import Denied, Invalid, NotFound
from kit.ids import record_id
from kit.notices.kinds import DAILY, KINDS, NEVER
from kit.records import Work
from kit.records.process import Process
from kit.rpc import call as rpc
from services.scheduling.inbox.seeing import GONE, Seen, seen
from services.scheduling.inbox.telling import tell, unread
from services.scheduling.model.notifications import (
    chosen,
    muted,
    notification,
    unsubscribing,
)

_PAGE, _MOST = 30, 100
_NO_PAGE = "This is no page of notifications; start again from the first page."
_NO_RECORD = "This notification is about no record; there is nothing to mute."
_IS_MUTED = (
    exists(literal(1))
    .where(
        muted.c.person_id == notification.c.person_id,
        muted.c.record_id == notification.c.record_id,
    )
    .label("muted")
)


class Notifications(NotificationsServicer):
    """What the caller was told."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def List(self, request: pb.NotificationsRequest, context: Any) -> pb.NotificationPage:
        person, size = _caller(), min(max(request.page_size, 0) or _PAGE, _MOST)
        found = await self.process.database.rows(_asked_for(request, person).limit(size + 1))
        rows, page = found[:size], standard_pb2.Page()
        if len(found) > size:
            page.next_page_token = str(rows[-1].id)
        known = await seen(self.process, person, rows)
        items = [self._shown(row, known) for row in rows]
        page.titles.extend(await self._names(items))
        count = await unread(self.process.database, [person])
        return pb.NotificationPage(items=items, page=page, unread=count[person])

    async def Count(self, request: pb.CountRequest, context: Any) -> pb.Inbox:
        person = _caller()
        count = await unread(self.process.database, [person])
        return pb.Inbox(unread=count[person])

    async def Read(self, request: pb.NotificationRequest, context: Any) -> pb.Inbox:
        return await self._mark(request, datetime.now(UTC))

    async def Unread(self, request: pb.NotificationRequest, context: Any) -> pb.Inbox:
        return await self._mark(request, None)

    async def ReadAll(self, request: pb.ReadAllRequest, context: Any) -> pb.Inbox:
        person = _caller()
        mine = (notification.c.person_id == person, notification.c.read_at.is_(None))
        async with self.process.work(calling(), rpc.current(), request) as work:
            await work.run(update(notification).where(*mine).values(read_at=datetime.now(UTC)))
            return await _told(work, person)

    async def Mute(self, request: pb.NotificationRequest, context: Any) -> pb.Inbox:
        person = _caller()
        async with self.process.work(calling(), rpc.current(), request) as work:
            row = await _own(work, request, person)
            if row.record_id is None:
                raise Invalid(id=_NO_RECORD)
            values = {"person_id": person, "record_id": row.record_id}
            await work.run(insert(muted).values(values).on_conflict_do_nothing())
            return await _told(work, person)

    async def Unmute(self, request: pb.NotificationRequest, context: Any) -> pb.Inbox:
        person = _caller()
        async with self.process.work(calling(), rpc.current(), request) as work:
            row = await _own(work, request, person)
            mine = (muted.c.person_id == person, muted.c.record_id == row.record_id)
            await work.run(delete(muted).where(*mine))
            return await _told(work, person)

    async def Choices(self, request: pb.ChoicesRequest, context: Any) -> pb.NotificationChoices:
        return pb.NotificationChoices(**await self._mail(_caller()))

    async def Choose(self, request: pb.NotificationChoices, context: Any) -> pb.NotificationChoices:
        person = _caller()
        said = {known.name: mail for known, mail in request.ListFields() if mail}
        async with self.process.work(calling(), rpc.current()) as work:
            await _choose(work, person, said)
        return await self.Choices(pb.ChoicesRequest(), context)

    async def Unsubscribe(self, request: pb.UnsubscribeRequest, context: Any) -> pb.Unsubscribed:
        known = select(unsubscribing).where(unsubscribing.c.secret == request.secret)
        rows = await self.process.database.rows(known) if request.secret.isprintable() else []
        if not rows:
            raise NotFound
        person = rows[0].person_id
        daily = [kind for kind, when in (await self._mail(person)).items() if when == DAILY]
        async with self.process.work(calling()) as work:
            await _choose(work, person, dict.fromkeys(daily, NEVER))
        return pb.Unsubscribed()

    async def _mail(self, person: UUID) -> dict[str, str]:
        """By kind when somebody is written to."""
        rows = await self.process.database.rows(select(chosen).where(chosen.c.person_id == person))
        said = {row.kind: row.mail for row in rows}
        return {kind.name: said.get(kind.name, kind.mail) for kind in KINDS.values()}

    async def _mark(self, request: pb.NotificationRequest, at: datetime | None) -> pb.Inbox:
        person = _caller()
        async with self.process.work(calling(), rpc.current(), request) as work:
            row = await _own(work, request, person)
            if (row.read_at is None) != (at is None):
                one = update(notification).where(notification.c.id == row.id)
                await work.run(one.values(read_at=at))
            return await _told(work, person)

    def _shown(self, row: Any, known: Seen) -> pb.Notification:
        """One notification; of what the caller may not see nothing is said but that there was something."""
        state, title = known.of(row)
        shown = pb.Notification(
            id=str(row.id), kind=row.kind, at=_moment(row.at), state=state, muted=row.muted
        )
        if row.read_at is not None:
            shown.read_at = _moment(row.read_at)
        if state == GONE:
            return shown
        shown.entity, shown.record_id = row.entity, str(row.record_id or "")
        shown.title, shown.actor, shown.what = title, row.actor, row.what
        shown.work, shown.work_id, shown.work_name = row.work, row.work_id, row.work_name
        permit = self.process.policy.permit(calling(), row.entity)
        shown.fields.extend(name for name in row.fields if permit.sees(name))
        return shown

    async def _names(self, items: Sequence[pb.Notification]) -> Sequence[standard_pb2.Title]:
        """What the people are called who did it, as far as the caller may see them."""
        actors = {each.actor for each in items if each.actor}
        people = {UUID(each) for each in actors if not each.startswith("system:")}
        named = self.process.reader.titles.named
        titles = await named(self.process.name, calling(), {PERSON: people})
        return [each.message() for each in titles]


def _caller() -> UUID:
    person = calling().person_id
    if person is None:
        raise Denied("Only people are told anything.")
    return person


def _asked_for(request: pb.NotificationsRequest, person: UUID) -> Any:
    rows = select(notification, _IS_MUTED).where(notification.c.person_id == person)
    if request.unread:
        rows = rows.where(notification.c.read_at.is_(None))
    if request.kind:
        rows = rows.where(notification.c.kind == request.kind)
    if request.page_token:
        rows = rows.where(notification.c.id < _place(request.page_token))
    return rows.order_by(notification.c.id.desc())


def _place(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong


async def _own(work: Work, request: pb.NotificationRequest, person: UUID) -> Any:
    """One of the caller's own; another person's is not found."""
    mine = (notification.c.id == record_id(request.id), notification.c.person_id == person)
    rows = await work.run(select(notification).where(*mine).with_for_update())
    if not rows:
        raise NotFound
    return rows[0]


async def _told(work: Work, person: UUID) -> pb.Inbox:
    counts = await tell(work, [person])
    answer: pb.Inbox = work.answer(pb.Inbox(unread=counts[person]))
    return answer


async def _choose(work: Work, person: UUID, said: Mapping[str, str]) -> None:
    if not said:
        return
    rows = [{"person_id": person, "kind": kind, "mail": mail} for kind, mail in said.items()]
    new = insert(chosen).values(rows)
    await work.run(
        new.on_conflict_do_update(
            index_elements=["person_id", "kind"], set_={"mail": new.excluded.mail}
        )
    )


def _moment(at: datetime) -> str:
    return str(Instant().show(at))
