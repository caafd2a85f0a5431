"""A page says what its rows refer to by name, without another service being asked."""

from typing import Any

import orjson
import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.testing.organisation import ALL, SET_UP, TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office
from tests.entities.test_asking_of_what_is_referred_to import private_accounts
from tests.waiting import until

ACCOUNT, PRODUCT, PERSON = "parties.Account", "sales.Product", "identity.Person"
# The account of a deal stands in sales as a copy, that of a contact in parties as a row.
either = pytest.mark.parametrize(
    "case", [CASES["sales.Opportunity"], CASES["parties.Contact"]], ids=str
)


class Page:
    """What a list, a record and its history say of what one record refers to."""

    def __init__(self, office: Office, case: Case, record: Any) -> None:
        self.office, self.case, self.record = office, case, record

    async def listed(self, actor: Actor | None = None) -> dict[tuple[str, str], str]:
        asked = standard_pb2.ListRequest(filter=f"id = {self.record.id}", titles=True)
        answer = await self.office.stub(self.case, actor).List(asked)
        assert len(answer.items) == 1
        return {(each.entity, each.title): each.state for each in answer.page.titles}

    async def listed_json(self, *, titles: bool) -> Any:
        asked = standard_pb2.ListRequest(filter=f"id = {self.record.id}", titles=titles)
        stub = self.office.stub(self.case, json=True)
        return orjson.loads((await stub.List(asked)).json)["page"]

    async def got(self, *, titles: bool) -> Any:
        asked = standard_pb2.GetRequest(id=self.record.id, titles=titles)
        return orjson.loads((await self.office.stub(self.case, json=True).Get(asked)).json)

    async def told(self) -> dict[tuple[str, str], str]:
        asked = records_pb2.HistoryRequest(entity=str(self.case), id=self.record.id, titles=True)
        serving = self.office.servings[self.case.service]
        answer = await serving.stub(RecordsStub, self.office.actor).History(asked)
        return {(each.entity, each.title): each.state for each in answer.page.titles}


@pytest.fixture
async def account(office: Office) -> Any:
    return await office.make(CASES[ACCOUNT])


@pytest.fixture
async def page(office: Office, case: Case, account: Any) -> Page:
    return Page(office, case, await office.make(case, account_id=account.id))


@either
async def test_a_list_a_record_and_its_history_name_what_they_refer_to(
    page: Page, account: Any
) -> None:
    """Issue §3: from copies, from rows of one's own, and people from the policy."""
    expected = {(ACCOUNT, account.name): "live", (PERSON, "Ana"): "live"}
    assert expected.items() <= (await page.listed()).items()
    assert expected.items() <= (await page.told()).items()
    told = {"entity": ACCOUNT, "id": account.id, "title": account.name, "state": "live"}
    assert told in (await page.listed_json(titles=True))["titles"]
    assert told in (await page.got(titles=True))["titles"]


@either
async def test_names_come_only_when_they_are_asked_for(page: Page) -> None:
    assert "titles" not in await page.listed_json(titles=False)
    assert "titles" not in await page.got(titles=False)


@either
async def test_a_record_out_of_sight_has_no_name(
    page: Page, organisation: TestOrganisation
) -> None:
    eve = await organisation.person("Eve")
    assert ACCOUNT in {entity for entity, _ in await page.listed(eve)}
    async with private_accounts(organisation, page.case):
        assert ACCOUNT not in {entity for entity, _ in await page.listed(eve)}
        assert ACCOUNT in {entity for entity, _ in await page.listed()}


@either
@pytest.mark.parametrize("hidden", ["field", "entity"])
async def test_a_name_that_is_hidden_is_not_told(
    page: Page, organisation: TestOrganisation, hidden: str
) -> None:
    """ID-14, as at the owner."""
    limits = (FieldAccess(ACCOUNT, "name", "hidden"),) if hidden == "field" else ()
    closed = (Permission(ACCOUNT),) if hidden == "entity" else ()
    profile = await organisation.profile(ALL, SET_UP, *closed, fields=limits)
    blind = await organisation.person("Sam", profiles=(profile,))
    default = await organisation.default(str(page.case), "edit")
    try:
        seen = {entity for entity, _ in await page.listed(blind)}
        assert PERSON in seen
        assert ACCOUNT not in seen
    finally:
        await organisation.publish("default", None, default)


async def test_what_is_deleted_keeps_its_name_and_says_so(office: Office) -> None:
    """B2: of a ticket's product, which is gone, the name is left."""
    product, case = await office.make(CASES[PRODUCT]), CASES["helpdesk.Ticket"]
    page = Page(office, case, await office.make(case, product_id=product.id))
    await office.stub(CASES[PRODUCT]).Delete(standard_pb2.DeleteRequest(id=product.id))

    async def is_told() -> bool:
        return (await page.listed()).get((PRODUCT, product.name)) == "binned"

    await until(is_told, "the product is in the bin by name")


async def test_where_people_are_not_seen_everybody_knows_himself(
    office: Office, organisation: TestOrganisation
) -> None:
    case = CASES["sales.Opportunity"]
    page = Page(office, case, await office.make(case))
    eve = await organisation.person("Eve")
    default = await organisation.default(PERSON, "private")
    try:
        assert (PERSON, "Ana") in await page.listed()
        assert (PERSON, "Ana") not in await page.listed(eve)
    finally:
        await organisation.publish("default", None, default)
