"""Accounts at the boundary."""

import asyncio

import pytest
from crm.parties.v1 import accounts_pb2 as pb
from crm.parties.v1 import addresses_pb2
from crm.v1 import standard_pb2

from kit.errors import Conflict, Invalid, Problem
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from tests.parties.desk import Desk

IBAN = "RO49 AAAA 1B31 0075 9384 0000"


def below(account: pb.Account, parent: pb.Account) -> pb.AccountPatch:
    record = pb.Account(id=account.id, parent_id=parent.id)
    return pb.AccountPatch(record=record, mask={"paths": ["parent_id"]})


async def test_an_account_keeps_all_that_is_said_of_it(desk: Desk) -> None:
    """PA-02, PA-04, PA-05, PA-06, PA-09, PA-10, PA-11"""
    said = pb.Account(
        name="Acme",
        kinds=["customer", "supplier"],
        type="company",
        status="active",
        industry="software",
        source="referral",
        source_note="By Dan",
        phone="+40211234567",
        fax="+40211234568",
        email="office@acme.example",
        website="https://acme.example",
        tax_id="RO123456",
        trade_register="J40/1/1990",
        annual_revenue="1500000.50",
        currency="RON",
        employees=120,
        founded_year=1990,
        description="Two lines.\nOf text.",
    )
    made = await desk.accounts.Create(said)
    kept = await desk.accounts.Get(standard_pb2.GetRequest(id=made.id))
    told = {field.name: value for field, value in kept.ListFields()}
    assert {field.name: told[field.name] for field, _ in said.ListFields()} == {
        field.name: value for field, value in said.ListFields()
    }


async def test_an_account_has_somebody_responsible(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-35"""
    dan = await organisation.person("Dan")
    assert (await desk.account()).owner_id == str(desk.actor.person_id)
    assert (await desk.account(owner_id=str(dan.person_id))).owner_id == str(dan.person_id)


async def test_a_code_is_taken_once(desk: Desk) -> None:
    """PA-03"""
    code = f"C-{uuid7()}"
    await desk.account(code=code)
    with pytest.raises(Conflict) as taken:
        await desk.account(code=code)
    assert set(taken.value.fields) == {"code"}


async def test_an_account_is_found_by_its_code(desk: Desk) -> None:
    """PA-03"""
    code = f"C{uuid7().hex}"
    made = await desk.account(code=code)
    found = await desk.accounts.List(standard_pb2.ListRequest(search=code))
    assert [each.id for each in found.items] == [made.id]


async def test_an_account_has_any_number_of_addresses(desk: Desk) -> None:
    """PA-08"""
    told = [
        addresses_pb2.Address(kind="warehouse", city="Cluj", country="RO"),
        addresses_pb2.Address(kind="head_office", city="Wien", country="Austria"),
        addresses_pb2.Address(kind="branch", street="Main 1\nStair B", city="Iași"),
    ]
    made = await desk.account(addresses=told)
    kept = await desk.accounts.Get(standard_pb2.GetRequest(id=made.id))
    assert [(each.kind, each.city) for each in kept.addresses] == [
        (each.kind, each.city) for each in told
    ]
    assert (kept.country, kept.addresses[1].country) == ("AT", "AT")


async def test_an_account_has_any_number_of_bank_accounts(desk: Desk) -> None:
    """PA-07"""
    made = await desk.account(
        bank_accounts=[
            pb.BankAccount(bank="BNR", number=IBAN, currency="RON"),
            pb.BankAccount(bank="Old bank", number="12-345", currency="USD"),
        ]
    )
    numbers = [each.number for each in made.bank_accounts]
    assert numbers == [IBAN.replace(" ", ""), "12-345"]


async def test_an_iban_with_a_slip_is_refused(desk: Desk) -> None:
    """PA-07"""
    with pytest.raises(Invalid) as wrong:
        await desk.account(bank_accounts=[pb.BankAccount(number=IBAN.replace("49", "48"))])
    assert "check digits" in wrong.value.fields["bank_accounts"]


async def test_every_wrong_field_is_named_at_once(desk: Desk) -> None:
    """PA-05"""
    with pytest.raises(Invalid) as wrong:
        await desk.account(email="nobody", phone="+40", website="two words", currency="LEI")
    assert set(wrong.value.fields) == {"email", "phone", "website", "currency"}


async def test_an_account_is_not_its_own_subsidiary(desk: Desk) -> None:
    account = await desk.account()
    with pytest.raises(Invalid) as circle:
        await desk.accounts.Update(below(account, account))
    assert set(circle.value.fields) == {"parent_id"}


async def test_an_account_comes_to_stand_below_nobody_below_it(desk: Desk) -> None:
    top = await desk.account()
    middle = await desk.account(parent_id=top.id)
    bottom = await desk.account(parent_id=middle.id)
    with pytest.raises(Invalid) as circle:
        await desk.accounts.Update(below(top, bottom))
    assert set(circle.value.fields) == {"parent_id"}


async def test_two_moves_at_once_close_no_circle(desk: Desk) -> None:
    one, other = await desk.account(), await desk.account()
    outcomes: list[str] = []

    async def move(patch: pb.AccountPatch) -> None:
        try:
            await desk.accounts.Update(patch)
            outcomes.append("moved")
        except Problem as refused:
            outcomes.append(type(refused).__name__)

    async with asyncio.TaskGroup() as group:
        group.create_task(move(below(one, other)))
        group.create_task(move(below(other, one)))
    assert sorted(outcomes) == ["Invalid", "moved"]


async def test_an_account_above_that_does_not_exist_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as wrong:
        await desk.account(parent_id=str(uuid7()))
    assert set(wrong.value.fields) == {"parent_id"}


@pytest.mark.parametrize("kind", ["contact", "account"])
async def test_an_account_that_others_name_may_be_deleted(desk: Desk, kind: str) -> None:
    """PA-12, B2: what names it stays as it is, and goes on naming it"""
    account = await desk.account()
    if kind == "contact":
        naming, stub = await desk.contact(account_id=account.id), desk.contacts
    else:
        naming, stub = await desk.account(parent_id=account.id), desk.accounts
    await desk.accounts.Delete(standard_pb2.DeleteRequest(id=account.id))
    assert await stub.Get(standard_pb2.GetRequest(id=naming.id)) == naming
