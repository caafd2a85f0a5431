"""Value lists in the fields that choose from them, and how those of before come to identity."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from crm.parties.v1 import accounts_pb2 as pb
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import text

from kit.choices.declaring import declaration
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.parties.model.starting_lists import STARTING_LISTS
from services.parties.value_lists import hand_over_choices
from tests.parties.desk import Desk
from tests.parties.lists import INDUSTRY, offered, retire

SOURCE = "parties.account.source"
_KEEP = text(
    "insert into choice_value (id, version, created_at, updated_at, created_by, updated_by, keys,"
    " wkeys, custom, list_name, value, caption, position, retired)"
    " values (:id, 1, now(), now(), 'system:parties.start', 'system:parties.start', '{}',"
    " '{}', '{}', :list, :value, :caption, :position, :retired)"
)


async def test_without_a_word_of_identity_lists_are_as_they_begin(desk: Desk) -> None:
    """PA-10"""
    for value in STARTING_LISTS[SOURCE]:
        assert (await desk.account(source=value)).source == value


async def test_a_new_value_may_be_chosen_at_once(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-10"""
    value = await offered(organisation)
    assert (await desk.account(industry=value)).industry == value
    assert (await desk.lead(industry=value)).industry == value


async def test_what_is_not_in_the_list_is_refused(desk: Desk) -> None:
    """PA-10, PA-15"""
    with pytest.raises(Invalid) as wrong:
        await desk.account(industry="alchemy")
    assert set(wrong.value.fields) == {"industry"}


async def test_a_retired_value_stays_where_it_is_and_is_chosen_no_more(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-10"""
    value = await offered(organisation)
    account = await desk.account(industry=value)
    await retire(organisation, value)
    with pytest.raises(Invalid) as wrong:
        await desk.account(industry=value)
    assert "retired" in wrong.value.fields["industry"]
    renamed = pb.AccountPatch(
        record=pb.Account(id=account.id, name="Acme Space"), mask={"paths": ["name"]}
    )
    assert (await desk.accounts.Update(renamed)).industry == value
    kept = await desk.accounts.Get(standard_pb2.GetRequest(id=account.id))
    assert kept.industry == value


async def test_people_read_the_words_of_the_list(
    desk: Desk, organisation: TestOrganisation, serving: Serving
) -> None:
    """PA-10"""
    value = await offered(organisation, caption="Voyages spatiaux")
    shown = (await _options(desk, serving))[value]
    assert (shown.label, shown.retired) == ("Voyages spatiaux", False)
    await retire(organisation, value)
    assert (await _options(desk, serving))[value].retired


async def _options(desk: Desk, serving: Serving) -> dict[str, Any]:
    told = await serving.stub(RecordsStub, desk.actor).Describe(records_pb2.DescribeRequest())
    account = next(each for each in told.entities if each.entity == "parties.Account")
    industry = next(each for each in account.fields if each.name == "industry")
    return {each.value: each for each in industry.options}


# What parties kept by itself.


@pytest.fixture
async def former(serving: Serving) -> AsyncIterator[Serving]:
    """Parties with a list of the release before: reworded, in another order, added to, cut short."""
    rows = [("wine", "Wine and spirits", 0, False), ("retail", "Shops", 1, False)]
    rows += [("energy", "Energy", 2, True)]
    async with serving.process.database.transaction() as transaction:
        for value, caption, position, retired in rows:
            row = {"value": value, "caption": caption, "position": position, "retired": retired}
            await transaction.count(_KEEP, id=uuid7(), list=INDUSTRY, **row)
    before = dict(serving.process.choices.first)
    yield serving
    serving.process.choices.first = before
    async with serving.process.database.transaction() as transaction:
        await transaction.count(text("delete from choice_value"))


async def test_what_parties_kept_by_itself_is_declared_as_it_was_left(former: Serving) -> None:
    """PA-10: order, words and what is retired; what was deleted comes back as retired."""
    await hand_over_choices(former.process)
    lists = {each.name: each for each in declaration(former.process).lists}
    kept, deleted = lists[INDUSTRY].values[:3], lists[INDUSTRY].values[3:]
    assert [(each.value, each.caption, each.retired) for each in kept] == [
        ("wine", "Wine and spirits", False),
        ("retail", "Shops", False),
        ("energy", "Energy", True),
    ]
    assert {each.value for each in deleted} == {*STARTING_LISTS[INDUSTRY]} - {"retail", "energy"}
    assert all(each.retired for each in deleted)
    assert lists[INDUSTRY].caption == "Accounts: Industry"


async def test_a_table_that_was_never_filled_hands_nothing_over(serving: Serving) -> None:
    """PA-10"""
    before = dict(serving.process.choices.first)
    await hand_over_choices(serving.process)
    assert serving.process.choices.first == before
    assert before.keys() == STARTING_LISTS.keys()
