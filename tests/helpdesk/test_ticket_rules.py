"""The steps of a ticket from its arrival to its settlement, and back."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from crm.helpdesk.v1 import events_pb2 as events

from kit.actor import Actor
from kit.entity import Audience, Before
from kit.errors import Invalid, Refused
from services.helpdesk.model.ticket_steps import Status
from services.helpdesk.model.tickets import Ticket

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANA, DAN, SUPPORT = (UUID(int=each) for each in (1, 2, 3))


def a_ticket(**given: object) -> Ticket:
    return Ticket(**{"number": "T-000001", "subject": "The printer smokes", **given})


def a_resolved_ticket() -> Ticket:
    ticket = a_ticket()
    ticket.resolve("New fuse", NOW)
    ticket.announced()
    return ticket


def as_it_was(ticket: Ticket) -> Before:
    return Before(**{name: getattr(ticket, name) for name in Ticket.fields})


def test_assigning_opens_a_new_ticket_and_tells_the_person() -> None:
    """HD-02"""
    ticket = a_ticket(assignee_id=ANA)
    ticket.assign(DAN, None, "Knows printers")
    assert (ticket.assignee_id, ticket.status) == (DAN, Status.OPEN)
    assert ticket.announced() == [
        events.TicketAssigned(
            id=str(ticket.id),
            number="T-000001",
            subject="The printer smokes",
            assignee_id=str(DAN),
            previous_assignee_id=str(ANA),
            note="Knows printers",
        )
    ]


def test_a_group_alone_takes_the_ticket_from_the_person() -> None:
    """HD-02"""
    ticket = a_ticket(assignee_id=ANA)
    ticket.assign(None, SUPPORT, None)
    assert (ticket.assignee_id, ticket.group_id) == (None, SUPPORT)


def test_a_person_takes_a_ticket_within_its_group() -> None:
    """HD-02"""
    ticket = a_ticket(group_id=SUPPORT)
    ticket.assign(ANA, None, None)
    assert (ticket.assignee_id, ticket.group_id) == (ANA, SUPPORT)


def test_somebody_must_be_named() -> None:
    with pytest.raises(Invalid, match="Name the person or the group"):
        a_ticket().assign(None, None, "Anybody?")


def test_whoever_has_the_ticket_can_edit_it() -> None:
    assert list(a_ticket(assignee_id=ANA, group_id=SUPPORT).audience()) == [
        Audience("person", ANA),
        Audience("group", SUPPORT),
    ]


def test_resolving_says_how_and_when() -> None:
    """HD-02"""
    ticket = a_ticket(account_id=uuid4())
    before = as_it_was(ticket)
    ticket.resolve("  New fuse ", NOW)
    ticket.changed(before)
    assert (ticket.status, ticket.resolution) == (Status.RESOLVED, "New fuse")
    [event] = ticket.announced()
    assert (event.resolution, event.resolved_at) == ("New fuse", "2026-05-01T09:00:00Z")
    assert event.account_id == str(ticket.account_id)


def test_a_ticket_is_not_resolved_without_a_word() -> None:
    with pytest.raises(Invalid, match="Say how"):
        a_ticket().resolve("  ", NOW)


def test_a_ticket_is_resolved_once() -> None:
    with pytest.raises(Refused, match="resolved already"):
        a_resolved_ticket().resolve("Again", NOW)


def test_only_a_resolved_ticket_can_be_closed() -> None:
    """HD-02"""
    with pytest.raises(Refused, match="only a resolved ticket"):
        a_ticket().close(NOW)
    ticket = a_resolved_ticket()
    ticket.close(NOW)
    assert (ticket.status, ticket.closed_at) == (Status.CLOSED, NOW)
    with pytest.raises(Refused, match="reopen it first"):
        ticket.assign(ANA, None, None)


@pytest.mark.parametrize("closed", [False, True])
def test_a_settled_ticket_can_be_reopened_with_a_reason(closed: bool) -> None:
    """HD-02"""
    ticket = a_resolved_ticket()
    if closed:
        ticket.close(NOW)
    ticket.reopen("It smokes again")
    assert (ticket.status, ticket.reopened_count) == (Status.OPEN, 1)
    assert (ticket.resolved_at, ticket.closed_at, ticket.resolution) == (None, None, "New fuse")
    [event] = ticket.announced()
    assert (event.reason, event.reopened_count) == ("It smokes again", 1)


def test_reopening_needs_a_settled_ticket_and_a_reason() -> None:
    with pytest.raises(Refused, match="only a settled one"):
        a_ticket().reopen("Why not")
    with pytest.raises(Invalid) as wrong:
        a_resolved_ticket().reopen(" ")
    assert set(wrong.value.fields) == {"reason"}


def set_by_hand(start: str, end: str) -> Ticket:
    ticket = a_ticket(status=start, resolution="New fuse")
    ticket.prepare(Actor.person(ANA))
    before = as_it_was(ticket)
    ticket.status = end
    ticket.prepare(Actor.person(ANA))
    ticket.changed(before)
    return ticket


@pytest.mark.parametrize(
    ("start", "end"),
    [("new", "open"), ("new", "waiting"), ("open", "waiting"), ("waiting", "open")],
)
def test_an_unsettled_ticket_moves_quietly(start: str, end: str) -> None:
    """HD-02"""
    assert set_by_hand(start, end).announced() == []


def test_resolving_by_hand_is_resolving() -> None:
    """HD-02"""
    ticket = set_by_hand("waiting", "resolved")
    assert ticket.resolved_at is not None
    assert [type(each) for each in ticket.announced()] == [events.TicketResolved]


def test_closing_by_hand_is_closing() -> None:
    """HD-02"""
    assert set_by_hand("resolved", "closed").closed_at is not None


def test_a_settled_ticket_may_be_taken_in_from_elsewhere() -> None:
    ticket = a_ticket(status="closed", resolution="Long ago")
    ticket.prepare(Actor.system("import"))
    ticket.check()
    ticket.changed(None)
    assert ticket.resolved_at is not None
    assert ticket.closed_at is not None
    assert ticket.announced() == []
    with pytest.raises(Invalid, match="Say how"):
        a_ticket(status="resolved").check()
