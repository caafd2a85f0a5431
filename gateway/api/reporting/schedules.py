"""The schedules by which reports are sent: each operation is one call to identity, which keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.identity.v1 import report_schedules_pb2 as pb
from crm.identity.v1.report_schedules_pb2_grpc import ReportSchedulesStub

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query
from gateway.backends import Backends


@dataclass(frozen=True)
class Schedules:
    """The service `ReportSchedules`, as far as people use it."""

    backends: Backends
    rights: Rights

    def _asking(self, *, only_reads: bool = False) -> Any:
        self.rights.require_scope(only_reads=only_reads)
        return self.backends.peers.stub(ReportSchedulesStub, json=True)

    async def list(self, query: Query) -> Answer:
        request = from_query(pb.ReportSchedulesRequest(), query)
        return Answer.of(await self._asking(only_reads=True).List(request))

    async def create(self, values: Mapping[str, Any], key: str = "") -> Answer:
        request = from_json(pb.NewReportSchedule(), values)
        return Answer.of(await self._asking().Create(request, key=key))

    async def end(self, id: str) -> None:
        await self._asking().Delete(pb.ReportScheduleRequest(id=id))

    async def mark(self, id: str, mark: str, key: str = "") -> Answer:
        """Leaves one, or returns to it."""
        ask = getattr(self._asking(), mark.capitalize())
        return Answer.of(await ask(pb.ReportScheduleRequest(id=id), key=key))
