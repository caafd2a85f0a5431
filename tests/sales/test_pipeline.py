"""The pipeline at the boundary: what a new organisation starts with, and what an import may move."""

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1 import stages_pb2
from crm.sales.v1.stages_pb2_grpc import StagesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.errors import Conflict, Invalid, Refused
from kit.testing.serving import Serving
from services.sales.model.opportunities import Opportunity
from services.sales.model.stages import STARTING_STAGES, Stage
from services.sales.pipeline import start_pipeline
from services.sales.rpc.opportunities import Opportunities
from tests.sales.desk import Desk


async def test_a_new_organisation_has_a_pipeline(serving: Serving, ana: Actor) -> None:
    """SA-03"""
    asked = standard_pb2.ListRequest(order_by="position, id", page_size=5)
    page = await serving.stub(StagesStub, ana).List(asked)
    assert [each.name for each in page.items] == [each["name"] for each in STARTING_STAGES]


async def test_starting_again_adds_no_stage(serving: Serving) -> None:
    """SA-03"""
    before = await serving.count(Stage)
    await start_pipeline(serving.process)
    assert await serving.count(Stage) == before


async def test_a_stage_in_use_stays(serving: Serving, desk: Desk) -> None:
    """SA-03"""
    stage = await desk.new_stage()
    await desk.deal(stage_id=stage)
    with pytest.raises(Refused):
        await serving.stub(StagesStub, desk.actor).Delete(standard_pb2.DeleteRequest(id=stage))


async def test_a_stage_has_a_name_of_its_own(serving: Serving, ana: Actor) -> None:
    with pytest.raises(Conflict) as taken:
        await serving.stub(StagesStub, ana).Create(stages_pb2.Stage(name="Won", probability="1"))
    assert set(taken.value.fields) == {"name"}


async def test_the_outcome_of_a_stage_stays(serving: Serving, desk: Desk) -> None:
    stage = stages_pb2.Stage(id=await desk.new_stage(), outcome="won")
    patch = stages_pb2.StagePatch(record=stage, mask={"paths": ["outcome"]})
    with pytest.raises(Invalid):
        await serving.stub(StagesStub, desk.actor).Update(patch)


async def test_an_import_that_names_another_stage_moves_the_deal(
    serving: Serving, desk: Desk
) -> None:
    """SA-02"""
    deal = await desk.deal()
    won, lost = await desk.stage("Won"), await desk.stage("Lost")
    records = next(each for each in _served(serving) if isinstance(each, Opportunities))
    for values in (
        {"stage_id": won, "closed_on": "2031-01-02", "realised_amount": "900"},
        {"stage_id": lost, "closed_on": "2031-01-03", "reason": "Came back"},
    ):
        async with serving.process.work(desk.actor) as work:
            kept = await work.get(Opportunity, deal.id)
            kinds = {name: Opportunity.fields[name].said.kind for name in values}
            parsed = {name: kinds[name].parse(value) for name, value in values.items()}
            await records.amend(work, kept, parsed)
    names = [each.name for each in await desk.log(deal)]
    assert names[1:] == ["Prospecting → Won", "Won → Prospecting", "Prospecting → Lost"]
    after = await desk.deals.Get(standard_pb2.GetRequest(id=deal.id))
    assert (after.outcome, after.closed_on) == ("lost", "2031-01-03")
    assert not after.HasField("realised_amount")
    assert isinstance(after, pb.Opportunity)


def _served(serving: Serving) -> list[Opportunities]:
    """The records as an import finds them."""
    return [each(serving.process) for each in serving.service.records if each is Opportunities]
