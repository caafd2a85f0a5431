"""What a kind rules, it rules over files too: steps, trees and numbers."""

import pytest
from crm.v1 import standard_pb2

from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.importing.office import unique
from tests.kit.importing.toyshop import Toyshop
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"


@pytest.fixture
def shop(toys: Serving, organisation: TestOrganisation) -> Toyshop:
    return Toyshop(toys, toys, organisation)


async def test_a_line_moves_a_state_only_where_it_leads(shop: Toyshop) -> None:
    ana = await shop.organisation.person(unique("Ana"))
    stub = shop.sales.stub(services.ToysStub, ana)
    codes = [unique("C") for _ in range(3)]
    made = [
        await stub.Create(pb.Toy(name="Toy", code=code, wear=wear))
        for code, wear in zip(codes, ("new", "broken", "gone"), strict=True)
    ]
    file = f"code,wear\n{codes[0]},used\n{codes[1]},used\n{codes[2]},new\n"
    columns = {"code": "code", "wear": "wear"}
    done = await shop.run(ana, TOY, file, columns=columns, match="code")
    assert (done.updated, done.rejected) == (1, 2)
    assert {number: told["wear"] for number, told in (await shop.rejected(ana, done)).items()} == {
        3: "Use Mend, which takes some glue.",
        4: "A toy that is gone stays so; make a new one.",
    }
    worn = [(await stub.Get(standard_pb2.GetRequest(id=each.id))).wear for each in made]
    assert worn == ["used", "broken", "gone"]


async def test_of_the_lines_that_close_a_circle_one_is_rejected(shop: Toyshop) -> None:
    ana = await shop.organisation.person(unique("Ana"))
    stub = shop.sales.stub(services.ToysStub, ana)
    codes = [unique("C") for _ in range(3)]
    made = [await stub.Create(pb.Toy(name="Toy", code=code)) for code in codes]
    around = zip(codes, (made[1], made[2], made[0]), strict=True)
    file = "code,above\n" + "".join(f"{code},{above.id}\n" for code, above in around)
    columns = {"code": "code", "above": "parent_id"}
    done = await shop.run(ana, TOY, file, columns=columns, match="code")
    assert (done.updated, done.rejected) == (2, 1)
    [told] = (await shop.rejected(ana, done)).values()
    assert set(told) == {"parent_id"}


async def test_every_line_gets_a_number_of_its_own(shop: Toyshop) -> None:
    ana = await shop.organisation.person(unique("Ana"))
    stub = shop.sales.stub(services.ToysStub, ana)
    name = unique("Toy")
    done = await shop.run(ana, TOY, f"name\n{name}\n{name}\n{name}\n", columns={"name": "name"})
    assert done.created == 3
    lines = await shop.lines(ana, done, state="created")
    made = [await stub.Get(standard_pb2.GetRequest(id=line.record_id)) for line in lines]
    numbers = [int(each.number.removeprefix("TOY-")) for each in made]
    assert len(set(numbers)) == 3
    assert numbers == sorted(numbers), "in the order of the file"


async def test_what_makes_no_sense_in_a_call_makes_none_in_a_file(shop: Toyshop) -> None:
    """C6: each cell is named, and the line beside them is taken."""
    ana = await shop.organisation.person(unique("Ana"))
    lines = [
        "Bear,http://,1_000,1_000,2000-W09-2",
        "Kite,https://N/A,1 000_0,NaN,0001-01-01",
        "Boat,https://#CAJUN.HTM#,1.5,1E+999,9999-12-31",
        "Ball,https://example.com,12,1.5,2026-05-01",
    ]
    names = ("name", "site", "pieces", "weight", "due")
    file = "\n".join((",".join(names), *lines))
    done = await shop.run(ana, TOY, file, columns={name: name for name in names})
    assert (done.created, done.rejected) == (1, 3)
    rejected = await shop.rejected(ana, done)
    assert [set(told) for told in rejected.values()] == [set(names[1:])] * 3
