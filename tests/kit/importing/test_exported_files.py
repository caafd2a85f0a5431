"""What leaves as a file comes back as it was: records with their parts, by the names of what they refer to."""

import csv
import io
from typing import Any

import msgspec
from crm.parties.v1 import accounts_pb2
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.sales.v1 import opportunities_pb2, products_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import standard_pb2

from kit.testing.organisation import ALL, SET_UP
from tests.kit.exporting.taking import read, taken
from tests.kit.importing.office import ACCOUNT, Office, unique

DEAL = "sales.Opportunity"
TAKES = msgspec.structs.replace(ALL, export=True)
FIELDS = {
    ACCOUNT: ["name", "phone", "website", "description", "annual_revenue", "currency", "owner_id",
              "addresses", "custom"],
    DEAL: ["code", "name", "expected_close_on", "account_id", "owner_id", "lines"],
}  # fmt: skip


def plan(file: bytes, match: str) -> dict[str, Any]:
    """Every column under its own name; of a record that stands by id and by name, the name."""
    heading = next(csv.reader(io.StringIO(file.decode())))
    taken_in = [
        each
        for each in heading
        if each != "id" and f"{each}:name" not in heading and not each.startswith("created")
    ]
    columns = {each: each for each in taken_in}
    return {"columns": columns, "match": match, "formulas_quoted": True}


def without_ids(file: bytes) -> list[dict[str, str]]:
    return [
        {name: text for name, text in row.items() if name != "id" and f"{name}:name" not in row}
        for row in read(file)
    ]


async def test_accounts_with_addresses_and_custom_fields_come_back_as_they_were(
    office: Office,
) -> None:
    """XC-15: taken out, deleted, and taken in again, the file is the same."""
    ana = await office.organisation.person(unique("Ana"), TAKES, SET_UP)
    stub: Any = office.parties.stub(AccountsStub, ana)
    word = unique("Round")
    await office.organisation.custom(ACCOUNT, "fee", "money")
    await office.organisation.custom(ACCOUNT, "skills", "words")
    own = {"region": "=north", "since": "'-2", "fee": "1234.50", "fee_currency": "EUR"}
    addresses = [
        {"kind": "billing", "street": "=Main 1", "city": "Cluj-Napoca", "country": "RO"},
        {"kind": "delivery", "street": "Side, 2\nback door", "city": 'Iași "old"', "country": "RO"},
    ]
    for number in range(3):
        made = accounts_pb2.Account(
            name=f"{word} {number}", phone="+40264123456", website="https://www.example.com",
            description="+ and = and ' first\nsecond", annual_revenue="1234.50", currency="EUR",
            addresses=addresses[:number], custom=own | {"skills": '["=Cranes, mobile","lift"]'},
        )  # fmt: skip
        await stub.Create(made)
    asked: Any = {"search": word, "order_by": "name", "fields": FIELDS[ACCOUNT]}
    before = await taken(office.parties, ana, ACCOUNT, **asked)
    assert len(read(before)) == 4
    for row in {each["id"] for each in read(before)}:
        await stub.Delete(standard_pb2.DeleteRequest(id=row))
    assert read(await taken(office.parties, ana, ACCOUNT, **asked)) == []
    done = await office.run(ana, ACCOUNT, before, **plan(before, "name"))
    assert (done.created, done.rejected) == (3, 0), await office.rejected(ana, done)
    after = await taken(office.parties, ana, ACCOUNT, **asked)
    assert without_ids(after) == without_ids(before)


async def test_deals_come_back_with_their_lines_by_the_names_of_account_and_product(
    office: Office,
) -> None:
    ana = await office.organisation.person(unique("Ana"), TAKES, SET_UP)
    accounts: Any = office.parties.stub(AccountsStub, ana)
    account = await accounts.Create(accounts_pb2.Account(name=unique("Buyer")))
    products: Any = office.sales.stub(ProductsStub, ana)
    product = await products.Create(products_pb2.Product(name=unique("Desk")))
    code = unique("D")
    lines = [
        {"product_id": product.id, "description": "Desk", "quantity": "2", "unit_price": "9.95"},
        {"description": "Chair", "quantity": "4", "unit_price": "50"},
    ]
    stub: Any = office.sales.stub(OpportunitiesStub, ana)
    await stub.Create(
        opportunities_pb2.Opportunity(
            code=code,
            name="Desks",
            account_id=account.id,
            expected_close_on="2027-01-31",
            lines=lines,
        )
    )
    asked: Any = {"filter": f'code = "{code}"', "fields": FIELDS[DEAL]}
    before = await taken(office.sales, ana, DEAL, **asked)
    assert [row["lines.product_id:name"] for row in read(before)] == [product.name, ""]
    copy = before.replace(code.encode(), (other := unique("E")).encode())
    done = await office.run(ana, DEAL, copy, **plan(copy, "code"))
    assert (done.created, done.rejected) == (1, 0), await office.rejected(ana, done)
    again = await taken(office.sales, ana, DEAL, **asked | {"filter": f'code = "{other}"'})
    assert without_ids(again) == without_ids(copy)
