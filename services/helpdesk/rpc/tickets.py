"""Tickets over gRPC: numbered when they come, then assigned, resolved, reopened and closed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.helpdesk.v1 import tickets_pb2 as pb
from crm.helpdesk.v1.tickets_pb2_grpc import TicketsServicer
from sqlalchemy import select

from kit.entity import Level
from kit.errors import Invalid
from kit.records import Records, Work
from services.helpdesk.model.tickets import NUMBERS, Ticket, ticket_number


class Tickets(Records[Ticket, pb.Ticket], TicketsServicer):
    """Customers' questions and problems and their steps to settlement."""

    record, message, listing = Ticket, pb.Ticket, pb.TicketList

    async def admit(self, work: Work, record: Any) -> None:
        """The sequence may leave a gap where a ticket was refused, but gives no number twice."""
        self._check_team(record.assignee_id, record.group_id)
        place = await work.session.execute(select(NUMBERS.next_value()))
        record.number = ticket_number(place.scalar_one())
        work.add(record)

    async def Assign(self, request: pb.AssignTicket, context: Any) -> Any:
        self.allow("edit")
        self.setting("assignee_id", "group_id")
        team = self.shape.values(request, ("assignee_id", "group_id"))
        note = self._text(request, "note", "assignment_note")
        async with self.work(request) as work:
            ticket = await work.get(Ticket, request.id, Level.EDIT)
            self._check_team(**team)
            ticket.assign(**team, note=note)
            return await work.show(ticket)

    async def Resolve(self, request: pb.ResolveTicket, context: Any) -> Any:
        self.allow("edit")
        self.setting("status", "resolution")
        resolution = self._text(request, "resolution", "resolution") or ""
        async with self.work(request) as work:
            ticket = await work.get(Ticket, request.id, Level.EDIT)
            ticket.resolve(resolution, datetime.now(UTC))
            return await work.show(ticket)

    async def Reopen(self, request: pb.ReopenTicket, context: Any) -> Any:
        self.allow("edit")
        self.setting("status")
        reason = self._text(request, "reason", "reopen_reason") or ""
        async with self.work(request) as work:
            ticket = await work.get(Ticket, request.id, Level.EDIT)
            ticket.reopen(reason)
            return await work.show(ticket)

    async def Close(self, request: pb.CloseTicket, context: Any) -> Any:
        self.allow("edit")
        self.setting("status")
        async with self.work(request) as work:
            ticket = await work.get(Ticket, request.id, Level.EDIT)
            ticket.close(datetime.now(UTC))
            return await work.show(ticket)

    def _check_team(self, assignee_id: UUID | None, group_id: UUID | None) -> None:
        """The kit knows people; groups and who is in them are asked of the policy here."""
        organisation = self.process.policy.organisation
        if group_id is None:
            return
        if group_id not in organisation.groups:
            raise Invalid(group_id="There is no such group.")
        if assignee_id is not None and assignee_id not in organisation.members("group", group_id):
            raise Invalid(assignee_id="This person is not in the group; choose one who is.")

    def _text(self, request: Any, name: str, field: str) -> str | None:
        """What a verb was told, held to the bounds of the field in which it is kept."""
        try:
            text: str | None = self.shape.fields[field].said.kind.parse(getattr(request, name))
        except ValueError as wrong:
            raise Invalid("", {name: str(wrong)}) from wrong
        return text
