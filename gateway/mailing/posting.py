"""The loop that sends reports: what is due is taken up, reckoned in its reader's name, and given to identity.

Only the gateway speaks for people (docs/adr/0018), and so it is who asks in theirs. It keeps nothing: a
letter that it dies over is taken up again, and one that is written twice is written once.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from crm.identity.v1 import report_schedules_pb2 as pb
from crm.identity.v1.report_schedules_pb2_grpc import ReportSchedulesStub

from gateway.access import READ_SCOPE, Rights
from gateway.api.in_process import InProcessApi
from gateway.backends import Backends, acting, as_door
from gateway.mailing.composing import composed
from gateway.web.described.catalogs import Catalogs
from gateway.web.frame.readers import Reader
from kit.actor import Actor
from kit.errors import Anonymous, Problem
from kit.telemetry import traces
from kit.telemetry.logs import log

_POLL_SECONDS = 15.0


@dataclass(frozen=True)
class ReportPost:
    """Sends the reports that are due; all gateways share them."""

    api: InProcessApi
    catalogs: Catalogs

    async def run(self) -> None:
        """Posts until cancelled."""
        while True:
            try:
                while await self.post_some():
                    pass
            except Problem as problem:
                log.warning("reports.not_posted", error=problem.message)
            await asyncio.sleep(_POLL_SECONDS)

    async def post_some(self) -> int:
        """Posts some of what is due; how many letters were taken up."""
        with traces.span("reports.post"):
            due = await as_door(lambda: self._stub.TakeDue(pb.TakeDueRequest()))
            for each in due.items:
                await self._post(each, due.epoch)
        return len(due.items)

    async def _post(self, due: pb.DueReport, epoch: int) -> None:
        """One letter; what fails is left to whoever takes it up when its lease has ended."""
        try:
            await self.send(due, await self.compose(due, epoch))
        except Exception as error:  # noqa: BLE001 - the others are not to wait for one that is broken
            log.warning("reports.not_sent", report=due.report_id, error=repr(error))

    async def compose(self, due: pb.DueReport, epoch: int) -> pb.ReportLetter:
        """What the letter says, asked in its reader's name by the policy of this moment."""
        reader = Actor(
            UUID(due.person_id), due.person_id, scopes=frozenset({READ_SCOPE}), min_epoch=epoch
        )
        return await acting(reader, partial(self._composed, due.report_id))

    async def _composed(self, report_id: str) -> pb.ReportLetter:
        try:
            reader = await Reader.of(self.api, self.catalogs)
        except Anonymous:
            # Who left in this very moment is nobody's reader, which identity will see for itself.
            return pb.ReportLetter(outcome="unseen")
        return await composed(reader, self._rights, self._backends, report_id)

    async def send(self, due: pb.DueReport, letter: pb.ReportLetter) -> bool:
        """Has the letter written; whether there was one to write."""
        letter.reader_id, letter.due_at = due.reader_id, due.due_at
        told = await as_door(lambda: self._stub.Send(letter))
        return bool(told.written)

    @property
    def _stub(self) -> Any:
        return self._backends.peers.stub(ReportSchedulesStub)

    @property
    def _backends(self) -> Backends:
        return self.api.backends

    @property
    def _rights(self) -> Rights:
        return self.api.rights
