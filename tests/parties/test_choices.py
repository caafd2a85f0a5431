"""Value lists at the boundary: free to change, and nothing in use is lost."""

import asyncio
from typing import Any

import pytest
from crm.parties.v1 import choice_values_pb2 as pb
from crm.v1 import standard_pb2

from kit.errors import Conflict, Invalid, Refused
from kit.ids import uuid7
from kit.testing.serving import Serving
from services.parties.model.choice_values import ChoiceValue
from services.parties.model.starting_lists import STARTING_LISTS
from services.parties.value_lists import start_choices
from tests.parties.desk import Desk

INDUSTRY = "parties.account.industry"


async def new_value(desk: Desk, **values: Any) -> Any:
    value = {"list_name": INDUSTRY, "value": f"v{uuid7().hex}"} | values
    return await desk.choices.Create(pb.ChoiceValue(**value))


async def retire(desk: Desk, value: Any) -> None:
    record = pb.ChoiceValue(id=value.id, retired=True)
    await desk.choices.Update(pb.ChoiceValuePatch(record=record, mask={"paths": ["retired"]}))


async def test_a_new_organisation_has_its_lists(desk: Desk) -> None:
    """PA-10"""
    for name, values in STARTING_LISTS.items():
        asked = standard_pb2.ListRequest(filter=f'list_name = "{name}"', order_by="position")
        listed = [each.value for each in (await desk.choices.List(asked)).items]
        assert listed[: len(values)] == list(values)


async def test_starting_twice_at_once_fills_the_lists_once(serving: Serving) -> None:
    """PA-10"""
    before = await serving.count(ChoiceValue)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(start_choices(serving.process))
    assert await serving.count(ChoiceValue) == before


async def test_a_new_value_may_be_chosen_at_once(desk: Desk) -> None:
    """PA-10"""
    value = await new_value(desk, caption="Space travel")
    assert (await desk.account(industry=value.value)).industry == value.value


async def test_what_is_not_in_the_list_is_refused(desk: Desk) -> None:
    """PA-10, PA-15"""
    with pytest.raises(Invalid) as wrong:
        await desk.account(industry="alchemy")
    assert set(wrong.value.fields) == {"industry"}


async def test_a_retired_value_stays_where_it_is_and_is_chosen_no_more(desk: Desk) -> None:
    """PA-10"""
    value = await new_value(desk)
    account = await desk.account(industry=value.value)
    await retire(desk, value)
    with pytest.raises(Invalid) as wrong:
        await desk.account(industry=value.value)
    assert "retired" in wrong.value.fields["industry"]
    kept = await desk.accounts.Get(standard_pb2.GetRequest(id=account.id))
    assert kept.industry == value.value


async def test_a_value_in_use_is_not_deleted(desk: Desk) -> None:
    """PA-10"""
    value = await new_value(desk)
    lead = await desk.lead(industry=value.value)
    with pytest.raises(Refused):
        await desk.choices.Delete(standard_pb2.DeleteRequest(id=value.id))
    await desk.leads.Delete(standard_pb2.DeleteRequest(id=lead.id))
    with pytest.raises(Refused, match="in the bin"):
        await desk.choices.Delete(standard_pb2.DeleteRequest(id=value.id))


async def test_a_value_that_no_record_has_is_deleted(desk: Desk) -> None:
    """PA-10"""
    value = await new_value(desk)
    await desk.choices.Delete(standard_pb2.DeleteRequest(id=value.id))
    with pytest.raises(Invalid):
        await desk.account(industry=value.value)


async def test_a_value_stands_once_in_its_list(desk: Desk) -> None:
    """PA-10"""
    value = await new_value(desk)
    with pytest.raises(Conflict):
        await new_value(desk, value=value.value)


async def test_there_are_no_other_lists(desk: Desk) -> None:
    """PA-10"""
    with pytest.raises(Invalid) as wrong:
        await new_value(desk, list_name="parties.account.colour")
    assert set(wrong.value.fields) == {"list_name"}
