"""Lists and figures ask of the record that a reference leads to, wherever it lives, and learn no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.actor import Actor
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, SET_UP, TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office

ACCOUNT = "parties.Account"
# Of a contact's account the service itself has the row; of the others' it keeps a copy.
REFERRING = ("parties.Contact", "sales.Opportunity", "helpdesk.Ticket", "scheduling.Activity")
everywhere = pytest.mark.parametrize("case", [CASES[each] for each in REFERRING], ids=str)


class Asked:
    """Three records of an entity, two with accounts of different industries and one with none."""

    def __init__(self, office: Office, case: Case, accounts: list[Any], records: list[Any]) -> None:
        self.office, self.case, self.accounts, self.records = office, case, accounts, records
        # Without parentheses, which would keep the statement from being kept for the next who asks.
        self.these = " OR ".join(f"id = {each.id}" for each in records)

    async def found(self, narrowed: str, actor: Actor | None = None, **more: Any) -> list[int]:
        """Which of the records a list shows."""
        words = f"{self.these} AND {narrowed}" if narrowed else self.these
        page = await self.office.stub(self.case, actor).List(
            standard_pb2.ListRequest(filter=words, **more)
        )
        places = [each.id for each in self.records]
        return [places.index(each.id) for each in page.items]

    async def figures(self, group: str, actor: Actor | None = None) -> dict[str, str]:
        """How many records stand in each group, each count checked against its rows."""
        asked = records_pb2.AggregateRequest(
            entity=str(self.case), group_by=[group], filter=self.these
        )
        serving = self.office.servings[self.case.service]
        answer = await serving.stub(RecordsStub, actor or self.office.actor).Aggregate(asked)
        for each in answer.items:
            rows = await self.found(each.filter.partition(" AND ")[2], actor)
            assert str(len(rows)) == each.measures["count"], each.filter
        return {each.group.get(group, ""): each.measures["count"] for each in answer.items}


@pytest.fixture
async def world(office: Office, case: Case) -> Asked:
    word = uuid7().hex
    told = (("Zeta", "retail", "AT"), ("acme", "energy", None))
    accounts = [
        await office.make(CASES[ACCOUNT], name=f"{name} {word}", industry=industry, country=country)
        for name, industry, country in told
    ]
    ids = ({"account_id": accounts[0].id}, {"account_id": accounts[1].id}, {})
    return Asked(office, case, accounts, [await office.make(case, **each) for each in ids])


@everywhere
async def test_a_list_is_filtered_by_what_it_refers_to(world: Asked) -> None:
    """Design §5"""
    assert await world.found("account.industry = retail") == [0]
    assert sorted(await world.found("account.industry != retail")) == [1, 2]
    assert sorted(await world.found("account.industry = (retail OR energy)")) == [0, 1]
    assert await world.found("account.name = ACME*") == [1]
    assert sorted(await world.found("account.country = null")) == [1, 2]
    assert await world.found("account.country:*") == [0]
    assert sorted(await world.found("account.owner_id = me()")) == [0, 1]
    assert await world.found("NOT (account.industry = retail AND account.country = AT)") != [0]


@everywhere
async def test_a_list_is_sorted_by_it_and_its_pages_join(world: Asked) -> None:
    assert await world.found("", order_by="account.name") == [1, 0, 2]
    assert await world.found("", order_by="account.name desc") == [0, 1, 2]
    first = standard_pb2.ListRequest(filter=world.these, order_by="account.name", page_size=1)
    stub, read = world.office.stub(world.case), []
    while not read or first.page_token:
        page = await stub.List(first)
        read += [each.id for each in page.items]
        first.page_token = page.page.next_page_token
    assert read == [world.records[n].id for n in (1, 0, 2)]


@everywhere
async def test_figures_are_grouped_by_it_and_lead_to_their_rows(world: Asked) -> None:
    assert await world.figures("account.industry") == {"retail": "1", "energy": "1", "": "1"}


@everywhere
@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("account.industri", "account.industry"), ("acount.name", "account.name")],
)
async def test_a_field_that_is_not_kept_is_refused_with_the_nearest(
    world: Asked, wrong: str, nearest: str
) -> None:
    for asked in (
        world.found(f"{wrong} = x"),
        world.figures(wrong),
        world.found("", order_by=wrong),
    ):
        with pytest.raises(Invalid) as refused:
            await asked
        [reason] = refused.value.fields.values()
        assert f"perhaps you mean “{nearest}”" in reason


@everywhere
async def test_a_hidden_field_of_it_is_refused_like_one_that_does_not_exist(
    world: Asked, organisation: TestOrganisation
) -> None:
    """ID-14: hidden at its owner is hidden wherever it is kept."""
    limit = FieldAccess(ACCOUNT, "industry", "hidden")
    profile = await organisation.profile(ALL, SET_UP, fields=(limit,))
    blind = await organisation.person("Sam", profiles=(profile,))
    assert await world.found("account.name = ACME*", blind) == [1]
    # What is kept of a question for whoever may ask it answers nobody else.
    assert await world.found("account.industry = retail") == [0]
    assert await world.found("", order_by="account.industry")
    for asked in (
        world.found("account.industry = retail", blind),
        world.found("", blind, order_by="account.industry"),
        world.figures("account.industry", blind),
    ):
        with pytest.raises(Invalid):
            await asked


@asynccontextmanager
async def private_accounts(organisation: TestOrganisation, case: Case) -> AsyncIterator[None]:
    """Accounts are seen by their owners alone, what hangs on them by everybody."""
    told = [await organisation.default(ACCOUNT, "private")]
    told.append(await organisation.default(str(case), "edit"))
    try:
        yield
    finally:
        for each in told:
            await organisation.publish("default", None, each)


@everywhere
async def test_a_record_out_of_sight_is_as_if_there_were_none(
    world: Asked, organisation: TestOrganisation
) -> None:
    """The same words, so that a statement kept for the one would answer the other."""
    eve = await organisation.person("Eve")
    async with private_accounts(organisation, world.case):
        assert await world.found("account.industry = retail") == [0]
        assert await world.found("account.industry = retail", eve) == []
        assert len(await world.found("account.industry = null", eve)) == 3
        assert len(await world.found("account.name != Zeta*", eve)) == 3
        assert await world.figures("account.industry", eve) == {"": "3"}
        newest = await world.found("", eve)
        assert await world.found("", eve, order_by="account.name, updated_at desc") == newest


@everywhere
async def test_of_an_entity_that_is_closed_to_somebody_nothing_is_told(
    world: Asked, organisation: TestOrganisation
) -> None:
    nothing = type(ALL)(ACCOUNT)
    eve = await organisation.person("Eve", ALL, SET_UP, nothing)
    default = await organisation.default(str(world.case), "edit")
    try:
        assert len(await world.found("account.name = null", eve)) == 3
    finally:
        await organisation.publish("default", None, default)


async def test_a_view_that_asks_for_a_hidden_field_is_not_offered(
    office: Office, organisation: TestOrganisation
) -> None:
    """Tickets of one's own customers are a view for whoever may see whose an account is."""
    limit = FieldAccess(ACCOUNT, "owner_id", "hidden")
    profile = await organisation.profile(ALL, SET_UP, fields=(limit,))
    blind = await organisation.person("Sam", profiles=(profile,))
    offered = {}
    for person in (office.actor, blind):
        stub = office.servings["helpdesk"].stub(RecordsStub, person)
        told = await stub.Describe(records_pb2.DescribeRequest())
        [ticket] = [each for each in told.entities if each.entity == "helpdesk.Ticket"]
        offered[person.person_id] = {view.key for view in ticket.presentation.views}
    assert offered[office.actor.person_id] - offered[blind.person_id] == {"customers"}
