"""The log of a deal's stages tells no more of the deal than the deal itself does."""

from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1.stage_changes_pb2_grpc import StageChangesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.sales.desk import Desk


async def clerk_without(
    serving: Serving, organisation: TestOrganisation, field: str, access: str = "hidden"
) -> Desk:
    """The desk of somebody from whom one field of deals is kept."""
    limit = FieldAccess("sales.Opportunity", field, access)
    profile = await organisation.profile(ALL, fields=(limit,))
    return Desk(serving, await organisation.person("Cleo", profiles=(profile,)))


async def lost(desk: Desk, **values: Any) -> tuple[Any, str]:
    """A lost deal and the one word of its reason."""
    deal, word = await desk.deal(**values), f"w{uuid7().hex}"
    await desk.deals.Lose(pb.LoseOpportunity(id=deal.id, reason=word))
    return deal, word


async def test_a_hidden_reason_is_not_told_by_the_log(
    serving: Serving, organisation: TestOrganisation, desk: Desk
) -> None:
    """S6: neither by the verb, nor as a record, in a filter, in groups or in history."""
    clerk = await clerk_without(serving, organisation, "reason")
    deal, word = await lost(desk, owner_id=str(clerk.actor.person_id))
    assert word in str(await desk.log(deal))
    assert word not in str(await clerk.log(deal))
    changes: Any = serving.stub(StageChangesStub, clerk.actor)
    asked = f'opportunity_id = "{deal.id}"'
    page = await changes.List(standard_pb2.ListRequest(filter=asked))
    assert page.items
    assert word not in str(page)
    with pytest.raises(Invalid):
        await changes.List(standard_pb2.ListRequest(filter=f'{asked} AND reason = "{word}"'))
    records: Any = serving.stub(RecordsStub, clerk.actor)
    about = {"entity": "sales.StageChange"}
    with pytest.raises(Invalid):
        await records.Aggregate(records_pb2.AggregateRequest(group_by=["reason"], **about))
    for each in page.items:
        assert word not in str(
            await records.History(records_pb2.HistoryRequest(id=each.id, **about))
        )


async def test_a_hidden_stage_is_not_told_by_the_log(
    serving: Serving, organisation: TestOrganisation, desk: Desk
) -> None:
    """S6: the stages between which a deal moved are its stage, in words too."""
    clerk = await clerk_without(serving, organisation, "stage_id")
    deal, _ = await lost(desk, owner_id=str(clerk.actor.person_id))
    entries = await clerk.log(deal)
    assert entries
    for each in entries:
        told = [each.HasField(name) for name in ("name", "from_stage_id", "to_stage_id")]
        assert told == [False] * 3


async def test_losing_a_deal_takes_no_hidden_reason(
    serving: Serving, organisation: TestOrganisation
) -> None:
    """S15: `:lose` refuses the input that stands for a field which its caller does not see."""
    clerk = await clerk_without(serving, organisation, "reason")
    deal = await clerk.deal()
    with pytest.raises(Invalid) as refused:
        await clerk.deals.Lose(pb.LoseOpportunity(id=deal.id, reason="Too dear"))
    assert refused.value.fields == {"reason": "There is no such field."}
