"""Addresses and bank accounts are asked for: by city, by country, by bank, in lists and figures."""

from typing import Any

import pytest
from crm.parties.v1 import accounts_pb2 as pb
from crm.parties.v1 import addresses_pb2
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import select, text

from kit.entity import Record
from kit.query import parse, to_sql
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from tests.parties.desk import Desk
from tests.parties.test_text import DIALECT, word


def address(**said: str) -> addresses_pb2.Address:
    return addresses_pb2.Address(**said)


async def found(stub: Any, mine: str, asked: str) -> set[str]:
    """The ids of those with the mark that a filter finds."""
    request = standard_pb2.ListRequest(filter=f'description = "{mine}" AND {asked}')
    return {each.id for each in (await stub.List(request)).items}


async def test_accounts_are_found_by_the_city_and_country_of_some_address(desk: Desk) -> None:
    """PA-08"""
    mine = word()
    cluj, sibiu, nowhere = [
        await desk.account(description=mine, addresses=places)
        for places in (
            [address(city="București", country="RO"), address(city="Cluj-Napoca", country="RO")],
            [address(city="Sibiu", country="RO"), address(city="Köln", country="DE")],
            [],
        )
    ]
    for asked, meant in (
        ('addresses.city = "Cluj-Napoca"', {cluj.id}),
        ('addresses.city = "CLUJ-napoca"', {cluj.id}),
        ("addresses.city = koln", {sibiu.id}),
        ("addresses.city:napoca", {cluj.id}),
        ("addresses.country = RO", {cluj.id, sibiu.id}),
        ("addresses.country = DE", {sibiu.id}),
        ("addresses.country = null", {nowhere.id}),
        ("addresses.city != Sibiu", {cluj.id, nowhere.id}),
    ):
        assert await found(desk.accounts, mine, asked) == meant, asked


async def test_contacts_are_found_by_the_city_and_country_of_some_address(desk: Desk) -> None:
    """PA-19"""
    mine = word()
    home = address(kind="home", city="Iași", country="Romania")
    made = await desk.contact(description=mine, addresses=[home])
    await desk.contact(description=mine)
    assert await found(desk.contacts, mine, "addresses.city = iasi") == {made.id}
    assert await found(desk.contacts, mine, "addresses.country = RO") == {made.id}


async def test_accounts_are_found_by_their_bank(desk: Desk) -> None:
    """PA-07"""
    mine = word()
    made = await desk.account(
        description=mine, bank_accounts=[pb.BankAccount(bank="Banca Țării", number="12-345")]
    )
    await desk.account(description=mine)
    assert await found(desk.accounts, mine, 'bank_accounts.bank = "banca tarii"') == {made.id}


async def test_figures_go_by_city(desk: Desk) -> None:
    mine = word()
    for city in ("Cluj", "Cluj", "Sibiu"):
        await desk.account(description=mine, addresses=[address(city=city, country="RO")])
    asked = records_pb2.AggregateRequest(
        entity="parties.Account", filter=f'description = "{mine}"', group_by=["addresses.city"]
    )
    figures = (await desk.serving.stub(RecordsStub, desk.actor).Aggregate(asked)).items
    assert {each.group["addresses.city"]: each.measures["count"] for each in figures} == {
        "Cluj": "2",
        "Sibiu": "1",
    }


@pytest.mark.parametrize("record", [Account, Contact])
@pytest.mark.parametrize("column", ["city", "country"])
async def test_a_city_and_a_country_are_looked_up_in_an_index(
    desk: Desk, record: type[Record], column: str
) -> None:
    process = desk.serving.process
    permit = process.policy.permit(desk.actor, record)
    node = parse(f'addresses.{column} = "Cluj-Napoca"')
    met = to_sql(node, Asked(permit), context_of(permit))
    query = select(record.id).where(met)
    asked = query.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    async with process.database.engine.connect() as connection:
        await connection.execute(text("set local enable_seqscan = off"))
        plan = "\n".join((await connection.exec_driver_sql(f"explain {asked}")).scalars())
    assert f"ix_{record.__tablename__}_address_{column}" in plan
    assert f"Index Cond: ((folded({column})" in plan


async def test_an_address_keeps_its_id_while_others_come_and_go(desk: Desk) -> None:
    """PA-08"""
    made = await desk.account(addresses=[address(city="Cluj"), address(city="Sibiu")])
    cluj, sibiu = made.addresses
    sibiu.city = "Brașov"
    record = pb.Account(id=made.id, addresses=[address(city="Iași"), sibiu])
    patch = pb.AccountPatch(record=record, mask={"paths": ["addresses"]})
    changed = await desk.accounts.Update(patch)
    assert [each.city for each in changed.addresses] == ["Iași", "Brașov"]
    assert changed.addresses[1].id == sibiu.id
    assert changed.addresses[0].id not in ("", cluj.id)
