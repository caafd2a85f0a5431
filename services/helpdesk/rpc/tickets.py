"""Tickets over gRPC: assigned, resolved, reopened and closed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.helpdesk.v1 import tickets_pb2 as pb
from crm.helpdesk.v1.tickets_pb2_grpc import TicketsServicer

from kit.errors import Invalid
from kit.records import Records, Said, Work, verb
from services.helpdesk.model.tickets import Ticket


class Tickets(Records[Ticket, pb.Ticket], TicketsServicer):
    """Customers' questions and problems and their steps to settlement."""

    record, message, listing = Ticket, pb.Ticket, pb.TicketList

    async def admit(self, work: Work, record: Any) -> None:
        self._check_team(record.assignee_id, record.group_id)
        work.add(record)

    @verb(sets=("assignee_id", "group_id"), follows=("status", "assignment_note"))
    async def Assign(self, work: Work, ticket: Ticket, said: Said) -> None:
        self._check_team(said.assignee_id, said.group_id)
        ticket.assign(said.assignee_id, said.group_id, said.note)

    @verb(sets=("status", "resolution"), follows=("resolved_at",))
    async def Resolve(self, work: Work, ticket: Ticket, said: Said) -> None:
        ticket.resolve(said.resolution, datetime.now(UTC))

    @verb(sets=("status", "reopen_reason"), follows=("resolved_at", "closed_at", "reopened_count"))
    async def Reopen(self, work: Work, ticket: Ticket, said: Said) -> None:
        ticket.reopen(said.reason)

    @verb(sets=("status",), follows=("closed_at",))
    async def Close(self, work: Work, ticket: Ticket, said: Said) -> None:
        ticket.close(datetime.now(UTC))

    def _check_team(self, assignee_id: UUID | None, group_id: UUID | None) -> None:
        """The kit knows people; groups and who is in them are asked of the policy here."""
        organisation = self.process.policy.organisation
        if group_id is None:
            return
        if group_id not in organisation.groups:
            raise Invalid(group_id="There is no such group.")
        if assignee_id is not None and assignee_id not in organisation.members("group", group_id):
            raise Invalid(assignee_id="This person is not in the group; choose one who is.")
