"""Tickets over gRPC, from arrival to settlement."""

import asyncio
from typing import Any

import orjson
import pytest
from crm.helpdesk.v1 import events_pb2 as events
from crm.helpdesk.v1 import tickets_pb2 as pb
from crm.helpdesk.v1.tickets_pb2_grpc import TicketsStub
from crm.v1 import standard_pb2
from crm.v1.events_pb2 import RecordChanged

from kit.access.entries import FieldAccess
from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.doing import Doer, counts, packed


@pytest.fixture
def tickets(serving: Serving, ana: Actor) -> TicketsStub:
    return serving.stub(TicketsStub, ana)


async def told(serving: Serving, event: Any, ticket: pb.Ticket) -> list[Any]:
    subject = event.DESCRIPTOR.full_name.rpartition("Ticket")[2].lower()
    bodies = await serving.announced(f"crm.helpdesk.ticket.{subject}")
    return [each for each in map(event.FromString, bodies) if each.id == ticket.id]


async def test_a_ticket_is_registered_under_a_number_and_found_again(
    serving: Serving, tickets: TicketsStub
) -> None:
    """HD-01, HD-02"""
    customer = {
        "account_id": await serving.keeps("parties.Account"),
        "contact_id": await serving.keeps("parties.Contact"),
        "product_id": await serving.keeps("sales.Product"),
    }
    made = await tickets.Create(
        pb.Ticket(
            subject="Printer on fire",
            description="Since Monday",
            type="problem",
            priority="urgent",
            channel="email",
            due_at="2031-05-01T09:30:00Z",
            **customer,
        )
    )
    assert made.number.startswith("T-")
    assert (made.status, made.version) == ("new", 1)
    found = await tickets.List(standard_pb2.ListRequest(filter=f'number = "{made.number}"'))
    assert [each.id for each in found.items] == [made.id]
    assert found.items[0] == made


async def test_tickets_that_come_at_once_have_numbers_of_their_own(tickets: TicketsStub) -> None:
    """HD-01"""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_one(tickets, f"Call {n}")) for n in range(20)]
    assert len({each.result().number for each in asked}) == 20


async def _one(tickets: TicketsStub, subject: str) -> pb.Ticket:
    return await tickets.Create(pb.Ticket(subject=subject))


async def test_a_number_is_not_for_the_caller_to_say(tickets: TicketsStub) -> None:
    with pytest.raises(Invalid) as wrong:
        await tickets.Create(pb.Ticket(subject="Mine", number="T-1"))
    assert set(wrong.value.fields) == {"number"}


async def test_an_assigned_ticket_opens_and_its_new_worker_may_change_it(
    serving: Serving, tickets: TicketsStub, organisation: TestOrganisation
) -> None:
    """HD-02"""
    await organisation.default("helpdesk.Ticket", "private")
    bob, eva = await organisation.person("Bob"), await organisation.person("Eva")
    ticket = await _one(tickets, "Who takes it?")
    hers = serving.stub(TicketsStub, eva)
    with pytest.raises(NotFound):
        await hers.Get(standard_pb2.GetRequest(id=ticket.id))
    await tickets.Assign(pb.AssignTicket(id=ticket.id, assignee_id=bob.name, note="Yours"))
    moved = await tickets.Assign(pb.AssignTicket(id=ticket.id, assignee_id=eva.name))
    assert (moved.status, moved.assignee_id) == ("open", eva.name)
    wish = pb.Ticket(id=ticket.id, priority="high")
    changed = await hers.Update(pb.TicketPatch(record=wish, mask={"paths": ["priority"]}))
    await organisation.default("helpdesk.Ticket", "edit")
    assert changed.priority == "high"
    first, second = await told(serving, events.TicketAssigned, ticket)
    assert (first.assignee_id, first.note) == (bob.name, "Yours")
    assert (second.previous_assignee_id, second.assignee_id) == (bob.name, eva.name)


async def test_a_group_takes_a_ticket_over_and_only_its_people_can_get_it(
    serving: Serving, tickets: TicketsStub, organisation: TestOrganisation
) -> None:
    """HD-02"""
    bob, eva = await organisation.person("Bob"), await organisation.person("Eva")
    group = str(await organisation.group(bob))
    ticket = await _one(tickets, "For the second level")
    taken = await tickets.Assign(pb.AssignTicket(id=ticket.id, group_id=group))
    assert (taken.group_id, taken.HasField("assignee_id")) == (group, False)
    with pytest.raises(Invalid) as wrong:
        await tickets.Assign(pb.AssignTicket(id=ticket.id, group_id=group, assignee_id=eva.name))
    assert set(wrong.value.fields) == {"assignee_id"}
    with pytest.raises(Invalid) as nobody:
        await tickets.Assign(pb.AssignTicket(id=ticket.id, group_id=str(uuid7())))
    assert set(nobody.value.fields) == {"group_id"}


async def test_an_assignment_names_somebody_who_exists(tickets: TicketsStub) -> None:
    ticket = await _one(tickets, "Nobody")
    for given in ({}, {"assignee_id": str(uuid7())}, {"assignee_id": "Bob"}):
        with pytest.raises(Invalid) as wrong:
            await tickets.Assign(pb.AssignTicket(id=ticket.id, **given))
        assert set(wrong.value.fields) == {"assignee_id"}


async def test_a_ticket_is_resolved_reopened_and_closed(
    serving: Serving, tickets: TicketsStub
) -> None:
    """HD-02"""
    ticket = await _one(tickets, "Round trip")
    with pytest.raises(Refused):
        await tickets.Close(pb.CloseTicket(id=ticket.id))
    with pytest.raises(Invalid) as wrong:
        await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="  "))
    assert set(wrong.value.fields) == {"resolution"}
    await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Restarted"))
    with pytest.raises(Refused):
        await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Again"))
    again = await tickets.Reopen(pb.ReopenTicket(id=ticket.id, reason="Still burning"))
    assert (again.status, again.reopened_count, again.resolution) == ("open", 1, "Restarted")
    await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Put out"))
    closed = await tickets.Close(pb.CloseTicket(id=ticket.id))
    assert closed.status == "closed"
    assert closed.HasField("closed_at")
    resolved = await told(serving, events.TicketResolved, ticket)
    assert [each.resolution for each in resolved] == ["Restarted", "Put out"]
    (reopened,) = await told(serving, events.TicketReopened, ticket)
    assert (reopened.reason, reopened.reopened_count) == ("Still burning", 1)


async def test_a_settled_ticket_is_not_reopened_by_hand(tickets: TicketsStub) -> None:
    """HD-02"""
    ticket = await _one(tickets, "By hand")
    await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Done"))
    patch = pb.TicketPatch(
        record=pb.Ticket(id=ticket.id, status="open"), mask={"paths": ["status"]}
    )
    with pytest.raises(Invalid, match="Use Reopen"):
        await tickets.Update(patch)


async def test_every_step_is_told_with_before_and_after(
    serving: Serving, tickets: TicketsStub
) -> None:
    """HD-02"""
    ticket = await _one(tickets, "Followed")
    await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Done"))
    bodies = await serving.announced("crm.helpdesk.ticket.updated")
    changes = [each for each in map(RecordChanged.FromString, bodies) if each.id == ticket.id]
    assert [set(each.changed) for each in changes] == [{"status", "resolution", "resolved_at"}]


async def test_whoever_may_only_read_does_not_settle(
    serving: Serving, tickets: TicketsStub, organisation: TestOrganisation
) -> None:
    ticket = await _one(tickets, "Hands off")
    await organisation.default("helpdesk.Ticket", "read")
    bob = serving.stub(TicketsStub, await organisation.person("Bob"))
    with pytest.raises(Denied):
        await bob.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Mine"))
    await organisation.default("helpdesk.Ticket", "edit")


async def test_a_verb_changes_no_field_that_a_profile_locks(
    serving: Serving, organisation: TestOrganisation, ana: Actor
) -> None:
    """HD-02, ID-10: what may not be edited may not be resolved either."""
    made = await serving.stub(TicketsStub, ana).Create(pb.Ticket(subject="The pump leaks"))
    locked = FieldAccess(entity="helpdesk.Ticket", field="status", access="read")
    profile = await organisation.profile(ALL, fields=(locked,))
    reader = await organisation.person("Radu", profiles=(profile,))
    resolve = pb.ResolveTicket(id=made.id, resolution="Replaced the seal")
    with pytest.raises(Denied) as refused:
        await serving.stub(TicketsStub, reader).Resolve(resolve)
    assert "status" in refused.value.fields


async def test_a_verb_obeys_the_version_that_was_seen(tickets: TicketsStub) -> None:
    """A5: the verbs of tickets had no version in their messages, and so obeyed none."""
    ticket = await _one(tickets, "Seen by two")
    await tickets.Assign(pb.AssignTicket(id=ticket.id, assignee_id=ticket.owner_id))
    with pytest.raises(Conflict) as refused:
        await tickets.Resolve(pb.ResolveTicket(id=ticket.id, resolution="Done.", version=1))
    assert orjson.loads(refused.value.current or b"{}")["status"] == "open"


async def test_a_hidden_note_is_not_written_by_assigning(
    serving: Serving, tickets: TicketsStub, organisation: TestOrganisation
) -> None:
    """S15: an input that stands for a hidden field reads like one that is not there."""
    hidden = (FieldAccess("helpdesk.Ticket", "assignment_note", "hidden"),)
    profile = await organisation.profile(ALL, fields=hidden)
    bob = await organisation.person("Bob", profiles=(profile,))
    ticket, bobs = await _one(tickets, "Who knows why?"), serving.stub(TicketsStub, bob)
    asked = pb.AssignTicket(id=ticket.id, assignee_id=str(bob.person_id), note="Unseen")
    with pytest.raises(Invalid) as refused:
        await bobs.Assign(asked)
    assert refused.value.fields == {"note": "There is no such field."}
    asked.ClearField("note")
    assert (await bobs.Assign(asked)).assignee_id == str(bob.person_id)


async def test_many_tickets_are_assigned_and_resolved_and_one_that_is_done_says_so(
    serving: Serving, tickets: TicketsStub, ana: Actor
) -> None:
    """HD-02, HD-04: a verb is done to many, each by its own rule, and has no way back."""
    those = [await _one(tickets, f"Call {number}") for number in range(3)]
    ids, doer = [each.id for each in those], Doer(serving, ana)
    call = packed(pb.AssignTicket(assignee_id=str(ana.person_id)))
    assigned = await doer.do("helpdesk.Ticket", ids=ids, action="assign", call=call)
    assert (counts(assigned), assigned.undoable) == ((3, 0, 0), False)
    assert len(await told(serving, events.TicketAssigned, those[0])) == 1
    settled = packed(pb.ResolveTicket(resolution="New fuse"))
    await tickets.Resolve(pb.ResolveTicket(id=ids[0], resolution="Old fuse"))
    done = await doer.do("helpdesk.Ticket", ids=ids, action="resolve", call=settled)
    assert counts(done) == (2, 0, 1)
    [why] = (await doer.refused(done)).values()
    assert "resolved" in why[""]
    now = await tickets.Get(standard_pb2.GetRequest(id=ids[1]))
    assert (now.status, now.resolution, now.version) == ("resolved", "New fuse", 3)
    with pytest.raises(Refused):
        await doer.undo(done)
    with pytest.raises(Invalid) as refused:
        await doer.start("helpdesk.Ticket", ids=ids, action="resolve")
    assert [*refused.value.fields] == ["resolution"]
