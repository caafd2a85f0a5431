"""The figures of reports: the question from identity, the answer from the service of its entity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from gateway.api.operations import Operations
from gateway.api.records import Records
from gateway.backends import Backends
from gateway.contract.resources import Resource
from gateway.reports.answering import answered
from gateway.reports.question import Json, Question
from kit.actor import calling
from kit.errors import Invalid, NotFound

_REPORTS = "reports"


@dataclass(frozen=True)
class Reports:
    """What reports say to whoever reads them."""

    backends: Backends
    operations: Operations
    records: Records

    async def figures(self, report_id: str) -> Json:
        """The figures of a report that the caller may see."""
        found = await self.operations.get(self.backends.resource(_REPORTS), report_id, {})
        return await self.answer(Question.read(found.values()))

    async def answer(self, question: Question) -> Json:
        """The figures of a question, whether or not somebody keeps it."""
        try:
            resource = self.backends.entity(question.entity)
        except NotFound:
            raise Invalid(entity_name="There are no such records here; choose others.") from None
        zone = ZoneInfo(self.records.rights.policy.permit(calling(), resource.entity).zone)
        today = datetime.now(UTC).astimezone(zone).date()
        return await answered(question, today, partial(self._ask, resource))

    async def _ask(self, resource: Resource, asked: Mapping[str, str]) -> dict[str, Any]:
        figures: dict[str, Any] = (await self.records.aggregate(resource, asked)).values()
        return figures
