"""What people see of their day: the views over activities and the panel of the first page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.actor import Actor
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving


async def described(serving: Serving, person: Actor) -> Any:
    """How activities are shown to somebody."""
    records: Any = serving.stub(RecordsStub, person)
    told = await records.Describe(records_pb2.DescribeRequest())
    return next(each for each in told.entities if each.entity == "scheduling.Activity").presentation


@pytest.fixture
async def worker(organisation: TestOrganisation) -> Actor:
    """Somebody who has nothing to do yet."""
    return await organisation.person("Wim")


async def names(serving: Serving, person: Actor, shown: Any) -> list[str]:
    """The own activities in a view or a panel, in its order."""
    mine = f"({shown.filter}) AND assignee_id = me()"
    asked = standard_pb2.ListRequest(filter=mine, order_by=shown.order_by)
    return [each.name for each in (await serving.stub(ActivitiesStub, person).List(asked)).items]


async def test_what_has_only_a_day_to_be_done_by_is_seen_and_what_is_overdue_first(
    serving: Serving, worker: Actor
) -> None:
    """E4: such a to-do was neither on the first page nor in Today or Next 7 days."""
    activities, now = serving.stub(ActivitiesStub, worker), datetime.now(UTC)
    days = {"soon": 5, "now": 0, "late": -3, "far": 30}
    for name, days_on in days.items():
        due = (now + timedelta(days=days_on)).isoformat()
        await activities.Create(pb.Activity(name=name, due_at=due))
    await activities.Create(pb.Activity(name="met", starts_at=now.isoformat()))
    done = pb.Activity(name="done", status="done", due_at=(now - timedelta(days=2)).isoformat())
    await activities.Create(done)
    shown = await described(serving, worker)
    views = {view.key: view for view in shown.views}
    today = ["late", "now", "met"]
    assert await names(serving, worker, views["today"]) == today
    assert await names(serving, worker, views["coming"]) == ["late", "now", "soon", "met"]
    (panel,) = shown.panels
    assert await names(serving, worker, panel) == today


async def test_a_panel_that_asks_of_a_hidden_field_is_left_out(
    serving: Serving, organisation: TestOrganisation
) -> None:
    """E4, ID-14: it would stand on the first page as a service that does not answer."""
    hidden = FieldAccess("scheduling.Activity", "due_at", "hidden")
    profile = await organisation.profile(ALL, fields=(hidden,))
    person = await organisation.person("Hal", profiles=(profile,))
    shown = await described(serving, person)
    assert not shown.panels
    assert not shown.views
