"""Several lines of a file are one record: each says a row of it, and none is written over another."""

from typing import Any

from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from tests.kit.importing.office import ACCOUNT, Office, unique

DEAL = "sales.Opportunity"
COLUMNS = {
    "code": "code", "deal": "name", "what": "lines.description", "n": "lines.quantity",
    "price": "lines.unit_price",
}  # fmt: skip
HEADING = "code,deal,what,n,price\n"
APART = "Line {} is of the same record; let the lines of one record stand together."


async def run(office: Office, who: Actor, *lines: str, **plan: Any) -> Any:
    plan = {"columns": COLUMNS, "match": "code"} | plan
    return await office.run(who, DEAL, HEADING + "".join(f"{line}\n" for line in lines), **plan)


async def deal(office: Office, who: Actor, code: str) -> Any:
    """The one deal of that code, with its lines."""
    listed = standard_pb2.ListRequest(filter=f'code = "{code}"')
    [found] = (await office.sales.stub(OpportunitiesStub, who).List(listed)).items
    asked = standard_pb2.GetRequest(id=found.id)
    return await office.sales.stub(OpportunitiesStub, who).Get(asked)


def lines_of(found: Any) -> list[tuple[str, str]]:
    return [(each.description, each.quantity) for each in found.lines]


async def test_lines_of_one_key_become_one_record_with_its_parts_in_their_order(
    office: Office,
) -> None:
    """SA-10: the second line was written over the part of the first."""
    ana = await office.organisation.person(unique("Ana"))
    one, other = unique("D"), unique("D")
    done = await run(
        office, ana, f"{one},Desks,Desk,2,100", f"{one},,Chair,4,50", f"{one.upper()},Desks,Lamp,1,9",
        f"{other},Other,Desk,1,100",
    )  # fmt: skip
    assert (done.created, done.updated, done.rejected) == (2, 2, 0), done
    made = await deal(office, ana, one)
    assert lines_of(made) == [("Desk", "2"), ("Chair", "4"), ("Lamp", "1")]
    assert (made.name, made.amount, made.version) == ("Desks", "409.00", 1)
    assert lines_of(await deal(office, ana, other)) == [("Desk", "1")]
    states = [(each.state, each.record_id) for each in await office.lines(ana, done)]
    assert states[:3] == [("created", made.id), ("updated", made.id), ("updated", made.id)]


async def test_the_same_file_again_changes_nothing_and_a_further_line_is_added(
    office: Office,
) -> None:
    ana = await office.organisation.person(unique("Ana"))
    code = unique("D")
    file = (f"{code},Desks,Desk,2,100", f"{code},Desks,Chair,4,50")
    await run(office, ana, *file)
    before = await deal(office, ana, code)
    again = await run(office, ana, *file)
    assert (again.matched, again.updated) == (2, 0), again
    assert await deal(office, ana, code) == before
    await run(office, ana, file[0], f"{code},,Chair,5,", f"{code},,Lamp,1,9")
    after = await deal(office, ana, code)
    assert lines_of(after) == [("Desk", "2"), ("Chair", "5"), ("Lamp", "1")]
    assert [each.id for each in after.lines[:2]] == [each.id for each in before.lines]


async def test_what_a_record_has_once_is_not_said_in_two_ways(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    code, other = unique("D"), unique("D")
    done = await run(
        office, ana, f"{code},Desks,Desk,2,100", f"{code},Chairs,Chair,4,50",
        f"{other},Fine,Desk,1,100",
    )  # fmt: skip
    assert (done.created, done.rejected) == (1, 2), done
    assert await office.rejected(ana, done) == {
        2: {"": "Line 3, of the same record, is rejected; a record is taken in with all of its lines."},
        3: {"name": "Line 2 says otherwise of the same record; say the same, or leave this empty."},
    }  # fmt: skip


async def test_a_record_is_taken_in_with_all_of_its_lines(office: Office) -> None:
    """A wrong cell, and a rule of the record itself; corrected, they come in together."""
    ana = await office.organisation.person(unique("Ana"))
    cell, rule = unique("D"), unique("D")
    done = await run(
        office, ana, f"{cell},Desks,Desk,2,100", f"{cell},,Chair,four,50",
        f"{rule},Lamps,Lamp,1,9", f"{rule},,Bulb,0,9",
    )  # fmt: skip
    assert (done.created, done.rejected) == (0, 4), done
    reasons = await office.rejected(ana, done)
    assert set(reasons[3]) == {"lines.quantity"}
    assert reasons[4] == {"lines": "Line 2: Quantity: Give more than nothing."}
    for number, wrong in ((2, 3), (5, 4)):
        assert reasons[number][""].startswith(f"Line {wrong}, of the same record, is rejected")
    again = await office.retry(
        ana, done, values={"lines.quantity:four": "4", "lines.quantity:0": "1"}
    )
    assert (again.created, again.updated) == (2, 2), again
    assert lines_of(await deal(office, ana, cell)) == [("Desk", "2"), ("Chair", "4")]


async def test_lines_of_one_record_stand_together(office: Office) -> None:
    """In a dry run as well, and across what is taken in at once."""
    ana = await office.organisation.person(unique("Ana"))
    code = unique("D")
    between = [f"{unique('D')},Other,Desk,1,1" for _ in range(120)]
    file = (f"{code},Desks,Desk,2,100", *between, f"{code},,Chair,4,50")
    for dry_run in (True, False):
        done = await run(office, ana, *file, dry_run=dry_run)
        assert (done.created, done.rejected) == (120, 2), done
        told = {number: {"": APART.format(2)} for number in (2, 123)}
        assert await office.rejected(ana, done) == told


async def test_a_record_of_more_lines_than_are_taken_in_at_once_is_one(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    code, most = unique("D"), unique("D")
    before = [f"{unique('D')},Other,Desk,1,1" for _ in range(90)]
    file = (f"{code},Desks,Desk {n},1,1" for n in range(150))
    done = await run(office, ana, *before, *file)
    assert (done.created, done.updated) == (91, 149), done
    assert [each.description for each in (await deal(office, ana, code)).lines] == [
        f"Desk {n}" for n in range(150)
    ]
    done = await run(office, ana, *(f"{most},Desks,Desk {n},1,1" for n in range(450)))
    assert (done.created, done.rejected) == (0, 450), done
    [told] = {each[""] for each in (await office.rejected(ana, done)).values()}
    assert told == "More than 200 lines are of this record; it cannot have as many of them."


async def test_addresses_of_one_account_come_line_by_line(office: Office) -> None:
    """PA-08, D4: those without a kind in their order, one that is named by its kind once."""
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Rows")
    columns = {
        "name": "name", "kind": "addresses.kind", "city": "addresses.city",
        "bill": "addresses[billing].city",
    }  # fmt: skip
    file = f"name,kind,city,bill\n{name},branch,Cluj,Bonn\n{name},warehouse,Sibiu,\n"
    done = await office.run(ana, ACCOUNT, file, columns=columns, match="name")
    assert (done.created, done.updated) == (1, 1), done
    listed = standard_pb2.ListRequest(filter=f'name = "{name}"', fields=["addresses"])
    [made] = (await office.parties.stub(AccountsStub, ana).List(listed)).items
    assert [(each.kind, each.city) for each in made.addresses] == [
        ("branch", "Cluj"), ("warehouse", "Sibiu"), ("billing", "Bonn"),
    ]  # fmt: skip
