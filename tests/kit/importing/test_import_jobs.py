"""Files become records by the rules of their entity, and every line is accounted for."""

import pytest
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.sales.v1 import opportunities_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2
from sqlalchemy import text

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid, Refused
from kit.testing.serving import Serving
from tests.kit.importing.office import ACCOUNT, Office, unique

DEAL = "sales.Opportunity"
DEAL_COLUMNS = {"code": "code", "owner": "owner_id:name", "stage": "stage_id:name"}


async def accounts(office: Office, actor: Actor, named: str) -> dict[str, str]:
    """The accounts of that name with the id of the one above each."""
    stub = office.parties.stub(AccountsStub, actor)
    page = await stub.List(standard_pb2.ListRequest(filter=f'name = "{named}*"', page_size=200))
    return {each.name: each.parent_id for each in page.items}


async def footprint(serving: Serving) -> tuple[int, int]:
    """How much history and how many events there are."""
    async with serving.process.database.sessions() as session:
        history = await session.scalar(text("select count(*) from history"))
        events = await session.scalar(
            text("select max(seq) from outbox where subject not like '%.notice.%'")
        )
    return int(history or 0), int(events or 0)


async def test_lines_become_records_with_history_and_events(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    before = await footprint(office.parties)
    name = unique("Acme")
    done = await office.run(
        ana, ACCOUNT, f"name;size\n{name};7\n", columns={"name": "name", "size": "employees"}
    )
    assert (done.state, done.lines, done.settled, done.created) == ("done", 1, 1, 1)
    [line] = await office.lines(ana, done)
    made = await office.parties.stub(AccountsStub, ana).Get(
        standard_pb2.GetRequest(id=line.record_id)
    )
    assert (made.name, made.employees, made.owner_id) == (name, 7, ana.name)
    after = await footprint(office.parties)
    assert after[0] == before[0] + 1
    assert after[1] > before[1]


async def test_the_same_file_again_changes_nothing(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    file = "name,size\n" + "".join(f"{unique('Same')},{number}\n" for number in range(250))
    plan = {"columns": {"name": "name", "size": "employees"}, "match": "name"}
    first = await office.run(ana, ACCOUNT, file, **plan)
    assert first.created == 250
    before = await footprint(office.parties)
    again = await office.run(ana, ACCOUNT, file, **plan)
    assert (again.matched, again.created, again.updated, again.rejected) == (250, 0, 0, 0)
    assert await footprint(office.parties) == before


async def test_a_line_that_differs_changes_only_what_differs(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Changing")
    plan = {"columns": {"name": "name", "size": "employees", "web": "website"}, "match": "name"}
    await office.run(ana, ACCOUNT, f"name,size,web\n{name},7,acme.example\n", **plan)
    done = await office.run(ana, ACCOUNT, f"name,size,web\n{name},8,\n", **plan)
    assert done.updated == 1
    [line] = await office.lines(ana, done)
    stub = office.parties.stub(AccountsStub, ana)
    changed = await stub.Get(standard_pb2.GetRequest(id=line.record_id))
    assert (changed.employees, changed.website, changed.version) == (8, "https://acme.example", 2)


async def test_a_missing_reference_is_rejected_with_the_nearest_value(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    mia = unique("Mia Lang")
    await office.organisation.person(mia)
    file = f"code,owner,stage\n{unique('D')},{mia},Engagin\n{unique('D')},{mia[:-1]}x,Won\n"
    done = await office.run(ana, DEAL, file, columns=DEAL_COLUMNS)
    assert done.rejected == 2
    first, second = await office.lines(ana, done, state="rejected")
    assert first.suggestions == {"stage_id": "Engaging"}
    assert "'Engagin'" in first.reasons["stage_id"]
    assert second.suggestions == {"owner_id": mia}
    assert first.original.endswith("Engagin")


async def test_a_value_map_and_a_retry_take_in_only_what_was_rejected(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    file = "".join(f"{unique('R')},{stage}\n" for stage in ("Engaging", "Engagin", "Engagin"))
    columns = {"code": "code", "stage": "stage_id:name"}
    first = await office.run(ana, DEAL, "code,stage\n" + file, columns=columns)
    assert (first.created, first.rejected) == (1, 2)
    second = await office.retry(ana, first, values={"stage:Engagin": "Engaging"})
    assert (second.lines, second.created, second.retry_of) == (2, 2, first.id)
    with pytest.raises(Refused, match="taken in again"):
        await office.retry(ana, first)


async def test_an_ambiguous_reference_is_rejected(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    twin = unique("Twin")
    await office.run(ana, ACCOUNT, f"name\n{twin}\n{twin}\n", columns={"name": "name"})
    columns = {"code": "code", "account": "account_id:name"}
    done = await office.run(ana, DEAL, f"code,account\n{unique('A')},{twin}\n", columns=columns)
    [reasons] = (await office.rejected(ana, done)).values()
    assert "2 records" in reasons["account_id"]


async def test_references_cross_services_as_the_person_may_see_them(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    ben = await office.organisation.person(
        unique("Ben"), Permission("sales.*"), Permission(DEAL, view=True, create=True)
    )
    name = unique("Cross")
    await office.run(ana, ACCOUNT, f"name\n{name}\n", columns={"name": "name"})
    columns = {"code": "code", "account": "account_id:name"}
    file = f"code,account\n{unique('C')},{name.upper()}\n"
    assert (await office.run(ana, DEAL, file, columns=columns)).created == 1
    with pytest.raises(Invalid, match="does not let you view accounts"):
        await office.start(ben, DEAL, file, columns=columns)


async def test_a_line_may_refer_to_a_later_one(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    family = unique("Family")
    chain = [f"{family} {number}" for number in range(4)]
    lines = [f"{name},{above}" for name, above in zip(chain, [*chain[1:], ""], strict=True)]
    file = "\n".join(["name,above", *lines, f"{family} lost,{family} nobody at all"])
    columns = {"name": "name", "above": "parent_id:name"}
    trial = await office.run(ana, ACCOUNT, file, columns=columns, dry_run=True)
    done = await office.run(ana, ACCOUNT, file, columns=columns)
    assert (done.created, done.rejected) == (4, 1)
    assert (trial.created, trial.rejected) == (4, 1)
    found = await accounts(office, ana, family)
    assert found.keys() == set(chain)
    assert [bool(found[name]) for name in chain] == [True, True, True, False]


async def test_a_dry_run_changes_nothing_and_its_retry_takes_all(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Dry")
    before = await footprint(office.parties)
    file = f"name,size\n{name},1\n{name} two,many\n"
    columns = {"name": "name", "size": "employees"}
    trial = await office.run(ana, ACCOUNT, file, columns=columns, dry_run=True)
    assert (trial.created, trial.rejected, trial.dry_run) == (1, 1, True)
    assert await footprint(office.parties) == before
    real = await office.retry(ana, trial, values={"size:many": "1000"})
    assert (real.lines, real.created) == (2, 2)


async def test_one_bad_line_takes_no_other_with_it(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    codes = [unique("B") for _ in range(30)]
    codes[11] = codes[3]
    file = "code,amount\n" + "".join(f"{code},{1}\n" for code in codes) + f"{unique('B')},-5\n"
    columns = {"code": "code", "amount": "amount"}
    done = await office.run(ana, DEAL, file, columns=columns)
    assert (done.created, done.rejected) == (29, 2)
    reasons = await office.rejected(ana, done)
    assert {number: list(each) for number, each in reasons.items()} == {
        13: ["code"],
        32: ["amount"],
    }


async def test_a_record_out_of_sight_stays_out_of_sight(office: Office) -> None:
    await office.organisation.default(DEAL, "private")
    ana = await office.organisation.person(unique("Ana"))
    ben = await office.organisation.person(unique("Ben"))
    code = unique("Hidden")
    file = f"code\n{code}\n"
    assert (await office.run(ana, DEAL, file, columns={"code": "code"}, match="code")).created == 1
    done = await office.run(ben, DEAL, file, columns={"code": "code"}, match="code")
    await office.organisation.default(DEAL, "edit")
    [line] = await office.lines(ben, done)
    assert (line.state, line.record_id) == ("rejected", "")
    assert line.reasons == {"code": "This value is taken already; choose another one."}


async def test_a_record_that_may_only_be_read_is_not_changed(office: Office) -> None:
    await office.organisation.default(DEAL, "read")
    ana = await office.organisation.person(unique("Ana"))
    ben = await office.organisation.person(unique("Ben"))
    code = unique("Read")
    plan = {"columns": {"code": "code", "step": "next_step"}, "match": "code"}
    await office.run(ana, DEAL, f"code,step\n{code},call\n", **plan)
    done = await office.run(ben, DEAL, f"code,step\n{code},write\n", **plan)
    await office.organisation.default(DEAL, "edit")
    [line] = await office.lines(ben, done)
    assert "may read this record but not change it" in " ".join(line.reasons.values())


async def test_a_deal_that_moved_in_the_file_moves_in_its_log(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    code = unique("Moves")
    columns = {
        "code": "code", "stage": "stage_id:name", "value": "realised_amount", "day": "closed_on",
    }  # fmt: skip
    plan = {"columns": columns, "match": "code", "constants": {"opened_on": "2017-01-01"}}
    heading = "code,stage,value,day\n"
    await office.run(ana, DEAL, f"{heading}{code},Engaging,,\n", **plan)
    done = await office.run(ana, DEAL, f"{heading}{code},Won,500,2017-03-01\n", **plan)
    assert done.updated == 1, await office.rejected(ana, done)
    [line] = await office.lines(ana, done)
    deals = office.sales.stub(OpportunitiesStub, ana)
    deal = await deals.Get(standard_pb2.GetRequest(id=line.record_id))
    assert (deal.outcome, deal.realised_amount) == ("won", "500")
    log = await deals.StageLog(opportunities_pb2.StageLogRequest(id=line.record_id))
    assert len(log.items) == 2


@pytest.mark.parametrize(
    ("plan", "field", "said"),
    [
        ({"columns": {"nme": "name"}}, "columns", "no column 'nme'; the nearest is 'name'"),
        ({"columns": {"name": "nam"}}, "columns", "the nearest is 'name'"),
        ({"columns": {"name": "created_at"}}, "columns", "filled in by the system"),
        ({"columns": {"name": "addresses"}}, "columns", "say which part, like 'addresses."),
        ({"columns": {"name": "addresses.cty"}}, "columns", "the nearest is 'city'"),
        ({"columns": {"name": "addresses[office].city"}}, "columns", "nearest is 'head_office'"),
        ({"columns": {"name": "name.city"}}, "columns", "'name' holds no rows"),
        ({"columns": {"name": "name+employees"}}, "columns", "two fields of text"),
        ({"columns": {"name": "name"}, "days": "ydm"}, "days", "Choose one of: ymd"),
        ({"columns": {"name": "name"}, "numbers": "1.5"}, "numbers", "1.234,56"),
        ({"columns": {"name": "name"}, "forms": {"name": "dmy"}}, "forms", "neither days nor"),
        ({"columns": {"name": "name"}, "encoding": "klingon"}, "encoding", "utf-16"),
        ({"columns": {"name": "name"}, "delimiter": "x"}, "delimiter", "semicolon"),
        ({"columns": {"name": "name:name"}}, "columns", "names no other record"),
        ({"columns": {"name": "owner_id:shoe_size"}}, "columns", "found by name or email"),
        ({"columns": {"name": "parent_id:nme"}}, "columns", "There is no field"),
        ({"columns": {"name": "name", "size": "name"}}, "columns", "filled twice"),
        ({"columns": {}}, "columns", "Say which column"),
        ({"columns": {"name": "name"}, "match": "code"}, "match", "Map a column to 'code'"),
        ({"columns": {"name": "name"}, "values": {"nam:A": "B"}}, "values", "nearest is 'name'"),
        ({"columns": {"name": "name"}, "constants": {"x": "1"}}, "constants", "no field 'x'"),
    ],
)
async def test_a_plan_that_does_not_fit_is_refused_at_once(
    office: Office, plan: dict[str, object], field: str, said: str
) -> None:
    ana = await office.organisation.person(unique("Ana"))
    with pytest.raises(Invalid) as wrong:
        await office.start(ana, ACCOUNT, "name,size\nA,1\n", **plan)
    assert said in wrong.value.fields[field]


async def test_columns_that_nothing_was_said_of_are_named(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,shoe,size\n{unique('Ignoring')},1,2\n"
    done = await office.run(ana, ACCOUNT, file, columns={"name": "name"})
    assert list(done.ignored) == ["shoe", "size"]


async def test_lists_and_custom_fields_are_filled_from_cells(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,kinds,region\n{unique('Lists')},customer; partner,north\n"
    columns = {"name": "name", "kinds": "kinds", "region": "custom.region"}
    done = await office.run(ana, ACCOUNT, file, columns=columns, constants={"currency": "USD"})
    [line] = await office.lines(ana, done)
    stub = office.parties.stub(AccountsStub, ana)
    made = await stub.Get(standard_pb2.GetRequest(id=line.record_id))
    assert list(made.kinds) == ["customer", "partner"]
    assert (made.currency, dict(made.custom)) == ("USD", {"region": "north"})


async def test_the_fields_of_a_profile_hold_for_files_too(office: Office) -> None:
    rights = (Permission(ACCOUNT, view=True, create=True),)
    limits = (FieldAccess(ACCOUNT, "tax_id", "hidden"), FieldAccess(ACCOUNT, "phone", "read"))
    profile = await office.organisation.profile(*rights, fields=limits)
    ben = await office.organisation.person(unique("Ben"), profiles=(profile,))
    for name in ("tax_id", "phone"):
        with pytest.raises(Invalid, match=f"no field '{name}'"):
            await office.start(ben, ACCOUNT, "name,x\nA,1\n", columns={"name": "name", "x": name})


async def test_lines_come_in_pages(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    file = "name\n" + "".join(f"{unique('Page')}\n" for _ in range(5))
    done = await office.run(ana, ACCOUNT, file, columns={"name": "name"})
    first = await office.lines(ana, done, page_size=3)
    rest = await office.lines(ana, done, page_size=3, page_token=str(first[-1].number))
    assert [line.number for line in (*first, *rest)] == [2, 3, 4, 5, 6]


async def test_a_file_without_lines_is_done_at_once(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    done = await office.run(ana, ACCOUNT, b"\xef\xbb\xbfname\n", columns={"name": "name"})
    assert (done.state, done.lines) == ("done", 0)
