"""Activities over gRPC: planned, assigned, carried out and reported."""

from typing import Any

import pytest
from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1 import events_pb2 as events
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.errors import Denied, Invalid, NotFound, Refused
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving


@pytest.fixture
def activities(serving: Serving, ana: Actor) -> Any:
    return serving.stub(ActivitiesStub, ana)


async def completed(serving: Serving, activity: Any) -> list[events.ActivityCompleted]:
    bodies = await serving.announced("crm.scheduling.activity.completed")
    told = map(events.ActivityCompleted.FromString, bodies)
    return [each for each in told if each.id == activity.id]


async def test_an_activity_is_kept_with_all_that_it_says(
    serving: Serving, activities: Any, ana: Actor
) -> None:
    """SC-01, SC-03, SC-10"""
    project = await activities.Create(pb.Activity(name="Fair", type="event"))
    said = {
        "name": "Show the new press",
        "type": "meeting",
        "status": "planned",
        "priority": "high",
        "starts_at": "2031-05-01T09:00:00Z",
        "ends_at": "2031-05-01T10:30:00Z",
        "project": "Spring fair",
        "parent_id": project.id,
        "account_id": await serving.keeps("parties.Account"),
        "contact_ids": [await serving.keeps("parties.Contact") for _ in range(2)],
        "related_entity": "sales.Opportunity",
        "related_id": await serving.keeps("sales.Opportunity"),
        "description": "Bring samples",
    }
    made = await activities.Create(pb.Activity(**said))
    found = await activities.Get(standard_pb2.GetRequest(id=made.id))
    assert {name: getattr(found, name) for name in said} == said
    assert found.assignee_id == ana.name
    about = f'related_entity = "sales.Opportunity" AND related_id = "{said["related_id"]}"'
    page = await activities.List(standard_pb2.ListRequest(filter=about))
    assert [each.id for each in page.items] == [made.id]


async def test_whoever_is_responsible_works_on_it_and_who_takes_part_reads_it(
    serving: Serving, activities: Any, organisation: TestOrganisation
) -> None:
    """SC-02, SC-10"""
    await organisation.default("scheduling.Activity", "private")
    bob, eva = await organisation.person("Bob"), await organisation.person("Eva")
    stranger = serving.stub(ActivitiesStub, await organisation.person("Stranger"))
    task = await activities.Create(
        pb.Activity(name="Call them", assignee_id=bob.name, person_ids=[eva.name])
    )
    done = pb.CompleteActivity(id=task.id, outcome="They agreed")
    with pytest.raises(NotFound):
        await stranger.Complete(done)
    with pytest.raises(Denied):
        await serving.stub(ActivitiesStub, eva).Complete(done)
    finished = await serving.stub(ActivitiesStub, bob).Complete(done)
    await organisation.default("scheduling.Activity", "edit")
    assert (finished.status, finished.outcome) == ("done", "They agreed")


async def test_what_is_done_is_told_once(serving: Serving, activities: Any) -> None:
    """SC-02"""
    task = await activities.Create(pb.Activity(name="Write the offer"))
    await activities.Complete(pb.CompleteActivity(id=task.id))
    with pytest.raises(Refused, match="already"):
        await activities.Complete(pb.CompleteActivity(id=task.id))
    assert len(await completed(serving, task)) == 1


async def test_what_was_done_before_is_reported_as_done(serving: Serving, activities: Any) -> None:
    """SC-02"""
    past = {"starts_at": "2020-05-01T09:00:00Z", "ends_at": "2020-05-01T10:00:00Z"}
    call = await activities.Create(pb.Activity(name="Called", type="call", status="done", **past))
    assert call.completed_at == past["ends_at"]
    assert len(await completed(serving, call)) == 1


async def test_only_cancel_calls_off(activities: Any) -> None:
    task = await activities.Create(pb.Activity(name="Visit"))
    off = pb.Activity(id=task.id, status="cancelled")
    with pytest.raises(Invalid, match="Use Cancel"):
        await activities.Update(pb.ActivityPatch(record=off, mask={"paths": ["status"]}))
    gone = await activities.Cancel(pb.CancelActivity(id=task.id))
    assert gone.HasField("cancelled_at")


async def test_an_activity_is_never_part_of_itself(activities: Any) -> None:
    """SC-03"""
    whole = await activities.Create(pb.Activity(name="Whole"))
    part = await activities.Create(pb.Activity(name="Part", parent_id=whole.id))
    circle = pb.Activity(id=whole.id, parent_id=part.id)
    with pytest.raises(Invalid) as wrong:
        await activities.Update(pb.ActivityPatch(record=circle, mask={"paths": ["parent_id"]}))
    assert set(wrong.value.fields) == {"parent_id"}


async def test_a_reason_has_its_bounds(activities: Any) -> None:
    task = await activities.Create(pb.Activity(name="Visit"))
    with pytest.raises(Invalid) as wrong:
        await activities.Cancel(pb.CancelActivity(id=task.id, reason="x" * 20_001))
    assert set(wrong.value.fields) == {"reason"}
