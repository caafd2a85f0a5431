"""What hangs on a record is never wider than it: contacts, deals, tickets, activities of an account."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import Permission
from kit.errors import Denied, Invalid, NotFound
from kit.testing.organisation import ALL, TestOrganisation
from tests.entities.cases import CASES
from tests.entities.factories import Office
from tests.waiting import until

ACCOUNT, CONTACT, DEAL = "parties.Account", "parties.Contact", "sales.Opportunity"
SEES_ALL = Permission(CONTACT, view=True, view_all=True, edit=True, edit_all=True)
TICKET, ACTIVITY, CHANGE = "helpdesk.Ticket", "scheduling.Activity", "sales.StageChange"


class Customer:
    """An account and what hangs on it, in four services, made by Ana."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.made: dict[str, Any] = {}

    async def make(self) -> "Customer":
        account = await self.office.make(CASES[ACCOUNT])
        contact = await self.office.make(CASES[CONTACT], account_id=account.id)
        deal = await self.office.make(CASES[DEAL], account_id=account.id)
        self.made = {
            ACCOUNT: account,
            CONTACT: contact,
            DEAL: deal,
            TICKET: await self.office.make(CASES[TICKET], account_id=account.id),
            ACTIVITY: await self._activity(account_id=account.id),
            "about the contact": await self._activity(
                related_entity=CONTACT, related_id=contact.id
            ),
            "about the deal": await self._activity(related_entity=DEAL, related_id=deal.id),
        }
        return self

    async def _activity(self, **about: Any) -> Any:
        return await self.office.make(CASES[ACTIVITY], **about)

    async def seen_by(self, person: Any) -> set[str]:
        """What somebody may see of all this; get and list have to agree."""
        seen = set()
        for name, made in self.made.items():
            stub = self.office.stub(CASES.get(name, CASES[ACTIVITY]), person)
            listed = await stub.List(standard_pb2.ListRequest(filter=f"id = {made.id}"))
            try:
                await stub.Get(standard_pb2.GetRequest(id=made.id))
            except NotFound:
                assert not listed.items, name
            else:
                assert listed.items, name
                seen.add(name)
        return seen

    async def share(self, name: str, person: Any, level: str, *, take: bool = False) -> None:
        records = self.office.servings[CASES[name].service].stub(RecordsStub, self.office.actor)
        request = records_pb2.ShareRequest(
            entity=name,
            id=self.made[name].id,
            principal_kind="person",
            principal_id=str(person.person_id),
            level=level,
        )
        await (records.Unshare if take else records.Share)(request)


@pytest.fixture
async def private_accounts(organisation: TestOrganisation) -> AsyncIterator[None]:
    """Accounts are seen by those responsible and those they were shared with."""
    default = await organisation.default(ACCOUNT, "private")
    yield
    await organisation.publish("default", None, default)


async def test_what_hangs_on_a_hidden_account_is_hidden_with_it(
    office: Office, organisation: TestOrganisation, private_accounts: None
) -> None:
    """S13, ID-08: until the account is shared, and again when the share is taken back."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    assert await customer.seen_by(eve) == set()
    assert await customer.seen_by(office.actor) == set(customer.made)
    await customer.share(ACCOUNT, eve, "read")
    await until(lambda: _equal(customer.seen_by(eve), set(customer.made)), "Eve sees all of it")
    await customer.share(ACCOUNT, eve, "read", take=True)
    await until(lambda: _equal(customer.seen_by(eve), set()), "Eve sees nothing of it")


async def _equal(found: Awaitable[set[str]], wanted: set[str]) -> bool:
    """A look that an event overtakes, between get and list, is none; the next one tells."""
    try:
        return await found == wanted
    except AssertionError:
        return False


async def test_who_may_only_read_the_account_changes_nothing_that_hangs_on_it(
    office: Office, organisation: TestOrganisation, private_accounts: None
) -> None:
    """S13: edited and deleted by nobody who could not do so to the account."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    contacts = office.stub(CASES[CONTACT], eve)
    contact = customer.made[CONTACT]
    patch = CASES[CONTACT].patch(record={"id": contact.id, "nickname": "E"})
    with pytest.raises(NotFound):
        await contacts.Update(patch)
    await customer.share(ACCOUNT, eve, "read")
    with pytest.raises(Denied):
        await contacts.Update(patch)
    await customer.share(ACCOUNT, eve, "edit")
    assert (await contacts.Update(patch)).nickname == "E"
    with pytest.raises(Denied):
        await contacts.Delete(standard_pb2.DeleteRequest(id=contact.id))
    await customer.share(ACCOUNT, eve, "full")
    await contacts.Delete(standard_pb2.DeleteRequest(id=contact.id))


async def test_a_share_on_the_child_itself_opens_the_child_alone(
    office: Office, organisation: TestOrganisation, private_accounts: None
) -> None:
    """S13"""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    await customer.share(TICKET, eve, "read")
    assert await customer.seen_by(eve) == {TICKET}


async def test_an_activity_about_a_private_deal_is_as_private(
    office: Office, organisation: TestOrganisation
) -> None:
    """A2: although the account of the deal is open to everybody."""
    default = await organisation.default(DEAL, "private")
    try:
        customer, eve = await Customer(office).make(), await organisation.person("Eve")
        assert await customer.seen_by(eve) == set(customer.made) - {DEAL, "about the deal"}
    finally:
        await organisation.publish("default", None, default)


async def keep(customer: Customer, *, private: bool) -> None:
    """Ana says who finds her account."""
    record = CASES[ACCOUNT].message(id=customer.made[ACCOUNT].id, private=private)
    patch = CASES[ACCOUNT].patch(record=record, mask={"paths": ["private"]})
    await customer.office.stub(CASES[ACCOUNT]).Update(patch)


async def test_what_hangs_on_a_private_account_is_closed_with_it(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-08: though accounts are open to all, in every service; a share opens it, and it may be lifted."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve", ALL, SEES_ALL)
    assert await customer.seen_by(eve) == set(customer.made)
    await keep(customer, private=True)
    await until(lambda: _equal(customer.seen_by(eve), set()), "Eve sees nothing of it")
    assert await customer.seen_by(office.actor) == set(customer.made)
    about = await customer._activity(account_id=customer.made[ACCOUNT].id)
    customer.made["made later"] = about
    assert await customer.seen_by(eve) == set()
    await customer.share(ACCOUNT, eve, "read")
    await until(lambda: _equal(customer.seen_by(eve), set(customer.made)), "Eve sees all of it")
    await customer.share(ACCOUNT, eve, "read", take=True)
    await keep(customer, private=False)
    await until(lambda: _equal(customer.seen_by(eve), set(customer.made)), "Eve sees all again")


async def test_a_private_child_takes_nothing_over(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-08: a deal is private though its account is open, and so is what is done about it."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    deal = customer.made[DEAL]
    for private, seen in ((True, set(customer.made) - {DEAL, "about the deal"}), (False, None)):
        patch = CASES[DEAL].patch(
            record=CASES[DEAL].message(id=deal.id, private=private), mask={"paths": ["private"]}
        )
        await office.stub(CASES[DEAL]).Update(patch)
        wanted = set(customer.made) if seen is None else seen
        await until(lambda: _equal(customer.seen_by(eve), wanted), "Eve sees the rest")  # noqa: B023 - awaited at once


async def test_what_is_open_by_itself_stays_open_and_does_not_name_the_private_account(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-08: deals that everybody may see tell neither name nor industry of an account that they may not."""
    default = await organisation.default(DEAL, "edit")
    try:
        customer, eve = await Customer(office).make(), await organisation.person("Eve")
        await keep(customer, private=True)
        account, deal = customer.made[ACCOUNT], customer.made[DEAL]
        seen = {DEAL, "about the deal"}
        await until(lambda: _equal(customer.seen_by(eve), seen), "Eve sees the deal alone")
        deals = office.stub(CASES[DEAL], eve)
        listed = await deals.List(standard_pb2.ListRequest(filter=f"id = {deal.id}", titles=True))
        assert [each.id for each in listed.items] == [deal.id]
        assert account.name not in {each.title for each in listed.page.titles}
        by_name = standard_pb2.ListRequest(
            filter=f'id = {deal.id} AND account.name = "{account.name}"'
        )
        assert not (await deals.List(by_name)).items
        with pytest.raises(Invalid):
            await deals.Create(CASES[DEAL].message(name="Another", account_id=account.id))
    finally:
        await organisation.publish("default", None, default)


async def test_what_moves_to_another_account_is_seen_by_whoever_sees_that_one(
    office: Office, organisation: TestOrganisation, private_accounts: None
) -> None:
    """S13: the deal moves, and what is done about it moves along."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    other = await Customer(office).make()
    await other.share(ACCOUNT, eve, "read")
    await until(lambda: _equal(other.seen_by(eve), set(other.made)), "Eve sees the other account")
    moved = CASES[DEAL].message(id=customer.made[DEAL].id, account_id=other.made[ACCOUNT].id)
    patch = CASES[DEAL].patch(record=moved, mask={"paths": ["account_id"]})
    await office.stub(CASES[DEAL]).Update(patch)
    moved_in = {DEAL, "about the deal"}
    await until(
        lambda: _equal(customer.seen_by(eve), moved_in), "Eve sees what moved to her account"
    )


async def test_the_log_of_a_deal_follows_the_deal_at_once(
    office: Office, organisation: TestOrganisation, private_accounts: None
) -> None:
    """S13: in one service what hangs on a record is never behind it."""
    customer, eve = await Customer(office).make(), await organisation.person("Eve")
    log = office.stub(CASES[CHANGE], eve)
    asked = standard_pb2.ListRequest(filter=f'opportunity_id = "{customer.made[DEAL].id}"')
    assert not (await log.List(asked)).items
    await customer.share(DEAL, eve, "read")
    assert len((await log.List(asked)).items) == 1
