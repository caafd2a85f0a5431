"""People who have reports sent, and the gateway that posts them, in short words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.identity.v1 import report_schedules_pb2 as pb
from crm.identity.v1 import reports_pb2
from crm.identity.v1.report_schedules_pb2_grpc import ReportSchedulesStub
from crm.identity.v1.reports_pb2_grpc import ReportsStub
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import delete, func, select, update

from kit.actor import Actor
from kit.mail.tables import letter
from kit.settings import Tls
from kit.testing.serving import Serving
from services.identity.model.figures.schedules import report_reader, report_schedule
from tests.identity.office import Office, actor, unique


class Desk:
    """Where one person has reports sent."""

    def __init__(self, office: Office, person: Any) -> None:
        self.person, caller = person, actor(person)
        self.reports = office.serving.stub(ReportsStub, caller)
        self.schedules = office.serving.stub(ReportSchedulesStub, caller)
        self.beside = office.serving.stub(RecordsStub, caller)

    async def report(self) -> Any:
        said = {"name": unique("Report"), "entity_name": "sales.Opportunity"}
        return await self.reports.Create(reports_pb2.Report(**said))

    async def send(self, report: Any, **said: Any) -> Any:
        return await self.schedules.Create(pb.NewReportSchedule(report_id=report.id, **said))

    async def share(self, report: Any, kind: str, whom: Any, level: str = "read") -> None:
        said = {"entity": "identity.Report", "id": report.id, "level": level}
        await self.beside.Share(
            records_pb2.ShareRequest(principal_kind=kind, principal_id=whom.id, **said)
        )

    async def listed(self, report: Any = None) -> list[Any]:
        asked = pb.ReportSchedulesRequest(report_id=report.id if report else "")
        return list((await self.schedules.List(asked)).items)


@pytest.fixture
async def ana(office: Office) -> Desk:
    return Desk(office, await office.seller("Ana"))


@pytest.fixture
async def bob(office: Office) -> Desk:
    return Desk(office, await office.seller("Bob"))


@pytest.fixture
async def posting(serving: Serving) -> AsyncIterator[Serving]:
    """Identity with a mail server, though nothing is sent here; and with nothing due from before."""
    before: Any = serving.process.settings
    serving.process.settings = replace(before, smtp_host="127.0.0.1:1", smtp_tls=Tls.NONE)
    async with serving.process.database.transaction() as transaction:
        await transaction.count(delete(report_schedule))
    yield serving
    serving.process.settings = before
    async with serving.process.database.transaction() as transaction:
        await transaction.count(delete(letter))


async def make_due(serving: Serving, ago: timedelta = timedelta(minutes=1)) -> None:
    """As if the hour had come, for everybody."""
    at = datetime.now(UTC) - ago
    async with serving.process.database.transaction() as transaction:
        await transaction.count(update(report_reader).values(due_at=at, again_at=at))


async def end_leases(serving: Serving) -> None:
    async with serving.process.database.transaction() as transaction:
        due = report_reader.c.due_at <= func.now()
        await transaction.count(update(report_reader).where(due).values(again_at=func.now()))


async def letters_to(serving: Serving, person: Any) -> list[Any]:
    theirs = select(letter).where(letter.c.recipient == person.email).order_by(letter.c.id)
    return list(await serving.process.database.rows(theirs))


def door(serving: Serving) -> ReportSchedulesStub:
    return serving.stub(ReportSchedulesStub, Actor.door())


async def taken(serving: Serving) -> list[Any]:
    return list((await door(serving).TakeDue(pb.TakeDueRequest())).items)


async def at_once(works: Iterable[Awaitable[Any]]) -> list[Any]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaited(each)) for each in works]
    return [each.result() for each in tasks]


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def figures(due: Any, **said: Any) -> pb.ReportLetter:
    told = {"outcome": "figures", "name": "Won by month", "path": "/reports/1", "groups": 1, **said}
    return pb.ReportLetter(reader_id=due.reader_id, due_at=due.due_at, **told)
