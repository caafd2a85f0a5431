"""Schedules of reports over gRPC: who may see a report has it sent, and the gateway posts it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.identity.v1 import report_schedules_pb2 as pb
from crm.identity.v1.report_schedules_pb2_grpc import ReportSchedulesServicer
from crm.v1 import standard_pb2
from sqlalchemy import Select, and_, delete, func, or_, select, update

from kit.actor import calling
from kit.entity import Instant, Level
from kit.entity.kinds import PERSON
from kit.errors import Denied, Invalid, NotFound, Refused
from kit.ids import record_id, uuid7
from kit.records import Work
from kit.records.process import Process
from kit.rpc import call as rpc
from services.identity.by_mail.letters import end_by, moment, settle
from services.identity.by_mail.readers import meet, take_due
from services.identity.model.figures.reports import Report
from services.identity.model.figures.schedules import (
    FIRST_DAY,
    FIRST_HOUR,
    Rhythm,
    When,
    report_reader,
    report_schedule,
)
from services.identity.rpc.callers import only_the_gateway

MOST = 50
_PAGE, _MOST_ON_PAGE = 50, 100
_NO_PAGE = "This is no page of schedules; start again from the first page."
_ENTITIES = {"person": PERSON, "group": "identity.Group"}
_ROLE = "identity.Role"
_FULL = f"A report has {MOST} schedules at most; end one of them, or send it to a group."


class ReportSchedules(ReportSchedulesServicer):
    """To whom reports are sent, and when."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def List(self, request: pb.ReportSchedulesRequest, context: Any) -> pb.ReportScheduleList:
        """Her own alone, and those of reports that she reaches as far as sharing them goes."""
        size = min(max(request.page_size, 0) or _PAGE, _MOST_ON_PAGE)
        async with self.process.work(calling(), rpc.current()) as work:
            rows = await work.rows((await _asked_for(work, request)).limit(size + 1))
            shared = await _shareable(work, {row.report_id for row in rows})
        page = standard_pb2.Page()
        if len(rows) > size:
            page.next_page_token = str(rows[size - 1].id)
        titles = await self._titles(rows[:size])
        page.titles.extend(titles)
        items = [_shown(row, shared) for row in rows[:size]]
        return pb.ReportScheduleList(items=items, page=page)

    async def Create(self, request: pb.NewReportSchedule, context: Any) -> pb.ReportSchedule:
        me, when = _caller(), _when(request)
        kind, principal = self._principal(request, me)
        async with self.process.work(calling(), rpc.current(), request) as work:
            level = Level.READ if (kind, principal) == ("person", me) else Level.FULL
            report = await work.get(Report, request.report_id, level)
            await _require_room(work, report)
            row = {
                "id": uuid7(),
                "report_id": report.id,
                "principal_kind": kind,
                "principal_id": principal,
                "rhythm": when.rhythm,
                "on_day": when.on_day,
                "hour": when.hour,
                "made_by": me,
                "created_at": datetime.now(UTC),
                "met_at": datetime.now(UTC),
            }
            made = await work.run(report_schedule.insert().values(row).returning(report_schedule))
            await meet(work.transaction, made[0], self.process.policy.organisation)
            return await _answer(work, made[0].id)

    async def Delete(
        self, request: pb.ReportScheduleRequest, context: Any
    ) -> pb.ReportScheduleEnded:
        async with self.process.work(calling(), rpc.current(), request) as work:
            row = await _one(work, request.id)
            if not _shown(row, await _shareable(work, {row.report_id})).may_end:
                raise Denied("Only who made a schedule, or may share its report, ends it for all.")
            await work.run(delete(report_schedule).where(report_schedule.c.id == row.id))
            return work.answer(pb.ReportScheduleEnded())  # type: ignore[no-any-return]  # what a verb answers is its message

    async def Leave(self, request: pb.ReportScheduleRequest, context: Any) -> pb.ReportSchedule:
        return await self._mark(request, {"left_at": datetime.now(UTC)})

    async def Return(self, request: pb.ReportScheduleRequest, context: Any) -> pb.ReportSchedule:
        return await self._mark(request, {"left_at": None, "told_at": None})

    async def Unsubscribe(
        self, request: pb.UnsubscribeReportRequest, context: Any
    ) -> pb.ReportScheduleEnded:
        only_the_gateway()
        async with self.process.work(calling()) as work:
            if await end_by(work, request.secret) is None:
                raise NotFound
        return pb.ReportScheduleEnded()

    async def TakeDue(self, request: pb.TakeDueRequest, context: Any) -> pb.DueReports:
        only_the_gateway()
        return pb.DueReports(
            epoch=self.process.policy.epoch,
            items=[
                pb.DueReport(
                    reader_id=str(row.id),
                    due_at=moment(row.due_at),
                    report_id=str(row.report_id),
                    person_id=str(row.person_id),
                )
                for row in await take_due(self.process)
            ],
        )

    async def Send(self, request: pb.ReportLetter, context: Any) -> pb.ReportLetterWritten:
        only_the_gateway()
        async with self.process.work(calling()) as work:
            written = await settle(work, request)
        return pb.ReportLetterWritten(written=written)

    def _principal(self, said: pb.NewReportSchedule, me: UUID) -> tuple[str, UUID]:
        """To whom, who has to be somebody; the caller where nobody is named."""
        kind = said.principal_kind or "person"
        if not said.principal_id:
            if kind != "person":
                raise Invalid(principal_id="Say to which one.")
            return kind, me
        organisation, principal = self.process.policy.organisation, record_id(said.principal_id)
        if organisation.key_of(kind, principal) is None:
            raise Invalid(principal_id="There is no such person, role or group.")
        if organisation.has_left(principal):
            raise Invalid(principal_id="This person is inactive; choose somebody else.")
        return kind, principal

    async def _mark(
        self, request: pb.ReportScheduleRequest, marks: Mapping[str, Any]
    ) -> pb.ReportSchedule:
        me, organisation = _caller(), self.process.policy.organisation
        async with self.process.work(calling(), rpc.current(), request) as work:
            row = await _one(work, request.id)
            if row.due_at is None:
                raise NotFound
            due = When.of(row).after(datetime.now(UTC), organisation.people[me].time_zone)
            mine = (report_reader.c.schedule_id == row.id, report_reader.c.person_id == me)
            moved = {**marks, "due_at": due, "again_at": due}
            await work.run(update(report_reader).where(*mine).values(moved))
            return await _answer(work, row.id)

    async def _titles(self, rows: Sequence[Any]) -> list[standard_pb2.Title]:
        """What they are called that are named, as far as the caller may see them."""
        wanted: dict[str, set[UUID]] = {Report.entity: {row.report_id for row in rows}}
        wanted[PERSON] = {row.made_by for row in rows}
        for row in rows:
            entity = _ENTITIES.get(row.principal_kind, _ROLE)
            wanted.setdefault(entity, set()).add(row.principal_id)
        named = self.process.reader.titles.named
        return [each.message() for each in await named(self.process.name, calling(), wanted)]


def _caller() -> UUID:
    person = calling().person_id
    if person is None:
        raise Denied("Only people are sent reports.")
    return person


def _when(said: pb.NewReportSchedule) -> When:
    rhythm = said.rhythm or Rhythm.WEEKLY
    day = FIRST_DAY if rhythm == Rhythm.DAILY else said.on_day or FIRST_DAY
    when = When(rhythm, day, said.hour if said.HasField("hour") else FIRST_HOUR)
    when.check()
    return when


def _known(me: UUID) -> Select[Any]:
    """Schedules that somebody made or is sent by, with the own place in them."""
    mine = and_(
        report_reader.c.schedule_id == report_schedule.c.id, report_reader.c.person_id == me
    )
    place = (report_reader.c.due_at, report_reader.c.left_at)
    return select(report_schedule, *place).outerjoin(report_reader, mine)


def _own(me: UUID) -> Any:
    return or_(report_schedule.c.made_by == me, report_reader.c.person_id == me)


async def _asked_for(work: Work, request: pb.ReportSchedulesRequest) -> Select[Any]:
    me = _caller()
    query = _known(me).order_by(report_schedule.c.id.desc())
    if request.page_token:
        query = query.where(report_schedule.c.id < _place(request.page_token))
    if not request.report_id:
        return query.where(_own(me))
    report = await work.get(Report, request.report_id)
    query = query.where(report_schedule.c.report_id == report.id)
    return query if await _shareable(work, {report.id}) else query.where(_own(me))


def _place(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong


async def _shareable(work: Work, reports: Collection[UUID]) -> set[UUID]:
    """Those among some reports that the caller may share, and whose schedules are hers to end."""
    return set(await work.among(Report, list(reports), Level.FULL))


async def _require_room(work: Work, report: Report) -> None:
    """Held, so that two who come at once do not both find the last place; counted is whoever made them."""
    await work.hold(report)
    theirs = report_schedule.c.report_id == report.id
    if await work.value(select(func.count()).select_from(report_schedule).where(theirs)) >= MOST:
        raise Refused(_FULL)


async def _one(work: Work, id: str) -> Any:
    """A schedule that the caller knows: her own alone, or one of a report that she may share."""
    me = _caller()
    rows = await work.rows(_known(me).where(report_schedule.c.id == record_id(id)))
    for row in rows:
        if row.made_by == me or row.due_at is not None:
            return row
        if await _shareable(work, {row.report_id}):
            return row
    raise NotFound


async def _answer(work: Work, id: UUID) -> pb.ReportSchedule:
    rows = await work.run(_known(_caller()).where(report_schedule.c.id == id))
    shared: Iterable[UUID] = await _shareable(work, {rows[0].report_id})
    return work.answer(_shown(rows[0], set(shared)))  # type: ignore[no-any-return]  # what a verb answers is its message


def _shown(row: Any, shared: Collection[UUID]) -> pb.ReportSchedule:
    shown = pb.ReportSchedule(
        id=str(row.id),
        report_id=str(row.report_id),
        principal_kind=row.principal_kind,
        principal_id=str(row.principal_id),
        rhythm=row.rhythm,
        on_day=row.on_day,
        hour=row.hour,
        made_by=str(row.made_by),
        created_at=str(Instant().show(row.created_at)),
        left=row.left_at is not None,
        may_end=row.made_by == calling().person_id or row.report_id in shared,
    )
    if row.due_at is not None and row.left_at is None:
        shown.next_at = str(Instant().show(row.due_at))
    return shown
