"""An activity's times, people and end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kit.actor import Actor
from kit.entity import Audience, Before, Level
from kit.errors import Invalid, Refused
from services.scheduling.model.activities import Activity
from services.scheduling.model.activity_steps import Status

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANA, DAN = UUID(int=1), UUID(int=2)


def an_activity(**given: object) -> Activity:
    activity = Activity(**{"name": "Call Acme", "created_by": str(ANA), **given})
    activity.prepare(Actor.person(ANA))
    activity.check()
    return activity


def as_it_was(activity: Activity) -> Before:
    return Before(**{name: getattr(activity, name) for name in Activity.fields})


def test_whoever_notes_it_down_is_responsible_unless_somebody_else_is_named() -> None:
    """SC-02, SC-03"""
    assert an_activity().assignee_id == ANA
    assert an_activity(assignee_id=DAN).assignee_id == DAN


def test_the_responsible_edits_and_colleagues_who_take_part_read() -> None:
    """SC-02"""
    assert list(an_activity(assignee_id=ANA, person_ids=[DAN]).audience()) == [
        Audience("person", ANA),
        Audience("person", DAN, Level.READ),
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ends_at": NOW}, "starts_at"),
        ({"all_day": True}, "starts_at"),
        ({"starts_at": NOW, "ends_at": NOW - timedelta(hours=1)}, "ends_at"),
        ({"related_id": uuid4()}, "related_entity"),
        ({"related_entity": "sales.Opportunity"}, "related_id"),
        ({"related_entity": "deals", "related_id": uuid4()}, "related_entity"),
    ],
)
def test_what_makes_no_sense_names_its_field(given: dict[str, object], field: str) -> None:
    """SC-01, SC-03"""
    with pytest.raises(Invalid) as wrong:
        an_activity(**given)
    assert set(wrong.value.fields) == {field}


def test_an_activity_may_be_about_any_record() -> None:
    """SC-01"""
    assert an_activity(related_entity="sales.Opportunity", related_id=uuid4()).related_id


def test_completing_says_what_came_of_it() -> None:
    """SC-02, SC-05"""
    activity = an_activity(assignee_id=DAN)
    before = as_it_was(activity)
    activity.complete("They will buy", NOW)
    activity.changed(before)
    assert (activity.status, activity.outcome) == (Status.DONE, "They will buy")
    [event] = activity.announced()
    assert (event.assignee_id, event.created_by) == (str(DAN), str(ANA))
    assert (event.outcome, event.completed_at) == ("They will buy", "2026-05-01T09:00:00Z")


def test_what_was_done_may_be_reported_afterwards() -> None:
    """SC-02"""
    activity = an_activity(status="done", starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    activity.changed(None)
    assert activity.completed_at == NOW + timedelta(hours=1)
    assert len(activity.announced()) == 1


def test_a_planned_activity_announces_nothing() -> None:
    activity = an_activity()
    activity.changed(None)
    assert activity.announced() == []


def test_an_activity_ends_once() -> None:
    activity = an_activity()
    activity.cancel("They are away", NOW)
    assert (activity.status, activity.outcome) == (Status.CANCELLED, "They are away")
    with pytest.raises(Refused, match="cancelled already"):
        activity.complete(None, NOW)


def set_by_hand(start: str, end: str) -> Activity:
    activity = an_activity(status=start)
    before = as_it_was(activity)
    activity.status = end
    activity.prepare(Actor.person(ANA))
    activity.changed(before)
    return activity


@pytest.mark.parametrize(("start", "end"), [("planned", "in progress"), ("in progress", "planned")])
def test_an_activity_that_goes_on_announces_nothing(start: str, end: str) -> None:
    assert set_by_hand(start, end).announced() == []


def test_completing_by_hand_is_completing() -> None:
    """SC-02"""
    activity = set_by_hand("planned", "done")
    assert activity.completed_at is not None
    assert len(activity.announced()) == 1


def test_only_what_was_done_is_told_as_done() -> None:
    done, off = an_activity(), an_activity()
    before = as_it_was(done), as_it_was(off)
    done.complete(None, NOW)
    done.changed(before[0])
    off.cancel(None, NOW)
    off.changed(before[1])
    assert len(done.announced()) == 1
