"""Reports and the schedules by which they are sent, called in process as the pages do."""

from collections.abc import Mapping

from gateway.api.reporting.reports import Reports
from gateway.api.reporting.schedules import Schedules
from gateway.reports.question import Question
from gateway.web.api import Json


class ReportsInProcess:
    """The part of the API that is about reports."""

    reports: Reports
    schedules: Schedules

    async def report(self, question: Question) -> Json:
        return await self.reports.answer(question)

    async def schedule_page(self, params: Mapping[str, str]) -> Json:
        return (await self.schedules.list(params)).values()

    async def schedule_report(self, body: Json, key: str) -> Json:
        return (await self.schedules.create(body, key)).values()

    async def end_schedule(self, id: str) -> None:
        await self.schedules.end(id)

    async def mark_schedule(self, id: str, mark: str) -> None:
        await self.schedules.mark(id, mark)
