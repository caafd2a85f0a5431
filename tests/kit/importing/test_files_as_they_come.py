"""Files as other programs write them are taken in, and what cannot be known is asked for."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.parties.v1.contacts_pb2_grpc import ContactsStub
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2

from kit.access.entries import FieldAccess, Permission
from kit.errors import Invalid
from kit.ids import uuid7
from kit.importing.mapping.references import Names
from kit.telemetry.metrics import IMPORT_FAULTS
from tests.kit.importing.office import ACCOUNT, Office, unique

DEAL, CONTACT, PRODUCT = "sales.Opportunity", "parties.Contact", "sales.Product"


async def made(office: Office, actor: Any, done: Any) -> list[Any]:
    """The records that an import made, in the order of its lines."""
    stubs: Any = {ACCOUNT: AccountsStub, CONTACT: ContactsStub, DEAL: OpportunitiesStub}
    stub = office.serving(done.entity).stub(stubs[done.entity], actor)
    lines = await office.lines(actor, done, state="created")
    return [await stub.Get(standard_pb2.GetRequest(id=line.record_id)) for line in lines]


def faults(entity: str) -> float:
    return IMPORT_FAULTS.labels(entity)._value.get()


async def test_a_fault_of_ours_in_one_line_ends_no_import(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D1: the line is named and rejected, the fault counted, and the others are taken in."""
    ana = await office.organisation.person(unique("Ana"))
    good, bad = unique("Good"), unique("Bad")
    whole = Names.of

    def broken(self: Names, source: Any, text: str) -> Any:
        if text == bad:
            raise OverflowError("date value out of range")
        return whole(self, source, text)

    monkeypatch.setattr(Names, "of", broken)
    before = faults(ACCOUNT)
    file = f"name,boss\n{good},\n{unique('X')},{bad}\n{unique('Y')},{good}\n"
    columns = {"name": "name", "boss": "parent_id:name"}
    done = await office.run(ana, ACCOUNT, file, columns=columns)
    assert (done.state, done.created, done.rejected) == ("done", 2, 1)
    [(number, reasons)] = (await office.rejected(ana, done)).items()
    assert number == 3
    assert "Reference" in reasons[""]
    assert faults(ACCOUNT) == before + 1


async def test_a_moment_before_all_time_is_the_fault_of_its_line(office: Office) -> None:
    """D1"""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,at\n{unique('Early')},0001-01-01T00:00:00+14:00\n{unique('Later')},2020-01-01\n"
    columns = {"name": "last_name", "at": "consent_at"}
    done = await office.run(ana, "parties.Lead", file, columns=columns)
    assert (done.state, done.created, done.rejected) == ("done", 1, 1), done
    assert list(await office.rejected(ana, done)) == [2]


async def test_a_column_nobody_asked_for_may_hold_anything(office: Office) -> None:
    """D3"""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,notes\n{unique('Long')},{'x' * 200_000}\n"
    done = await office.run(ana, ACCOUNT, file, columns={"name": "name"})
    assert done.created == 1
    columns = {"name": "name", "notes": "phone"}
    done = await office.run(ana, ACCOUNT, file, columns=columns)
    [reasons] = (await office.rejected(ana, done)).values()
    assert reasons["phone"].startswith("Use at most")


async def test_rows_within_a_record_come_from_columns(office: Office) -> None:
    """D4: the first address without a kind, others by it; a second run changes what differs."""
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Rows")
    columns = {
        "name": "name", "street": "addresses.street", "land": "addresses.country",
        "bill": "addresses[billing].city",
    }  # fmt: skip
    heading = "name,street,land,bill\n"
    done = await office.run(
        ana, ACCOUNT, f"{heading}{name},Main St 1,DE,Bonn\n", columns=columns, match="name"
    )
    [account] = await made(office, ana, done)
    first, second = account.addresses
    assert (first.kind, first.street, first.country) == ("head_office", "Main St 1", "DE")
    assert (second.kind, second.city) == ("billing", "Bonn")
    same = await office.run(
        ana, ACCOUNT, f"{heading}{name},,,Bonn\n", columns=columns, match="name"
    )
    moved = await office.run(
        ana, ACCOUNT, f"{heading}{name},,,Köln\n", columns=columns, match="name"
    )
    assert (same.matched, moved.updated) == (1, 1)
    stub = office.parties.stub(AccountsStub, ana)
    after = await stub.Get(standard_pb2.GetRequest(id=account.id))
    assert [each.city for each in after.addresses] == ["", "Köln"]
    assert after.addresses[0].street == "Main St 1"


async def test_a_row_that_is_wrong_is_named_by_its_column(office: Office) -> None:
    """D4"""
    ana = await office.organisation.person(unique("Ana"))
    columns = {"name": "name", "land": "addresses[billing].country"}
    done = await office.run(ana, ACCOUNT, f"name,land\n{unique('A')},Atlantis\n", columns=columns)
    [reasons] = (await office.rejected(ana, done)).values()
    assert set(reasons) == {"addresses[billing].country"}


DEAL_COLUMNS = {
    "code": "code", "stage": "stage_id:name", "from": "opened_on", "till": "closed_on",
    "value": "realised_amount",
}  # fmt: skip


async def test_days_and_numbers_are_read_as_the_file_writes_them(office: Office) -> None:
    """D5: guessed by the whole column, told in the report."""
    ana = await office.organisation.person(unique("Ana"))
    file = (
        "code;stage;from;till;value\n"
        f"{unique('A')};Won;04.07.1996;1996-07-10 00:00:00.000;1.234,56\n"
        f"{unique('B')};Won;31.12.1996;1997-01-02 00:00:00.000;500\n"
    )
    done = await office.run(ana, DEAL, file, columns=DEAL_COLUMNS)
    assert done.created == 2, await office.rejected(ana, done)
    first = (await made(office, ana, done))[0]
    assert (first.opened_on, first.closed_on) == ("1996-07-04", "1996-07-10")
    assert Decimal(first.realised_amount) == Decimal("1234.56")
    told = {each.column: (each.form, each.certain) for each in done.guesses}
    assert told == {"from": ("dmy", True), "value": ("1.234,56", True)}


async def test_days_that_could_be_either_are_asked_for(office: Office) -> None:
    """D5: a dry run shows its guess; otherwise nobody's guess becomes a record."""
    ana = await office.organisation.person(unique("Ana"))
    file = f"code,from\n{unique('A')},7/4/96\n"
    plan: dict[str, Any] = {"columns": {"code": "code", "from": "opened_on"}}
    with pytest.raises(Invalid, match="can be read in several ways") as wrong:
        await office.start(ana, DEAL, file, **plan)
    assert set(wrong.value.fields) == {"forms"}
    trial = await office.run(ana, DEAL, file, **plan, dry_run=True)
    [guess] = trial.guesses
    assert (trial.created, guess.form, guess.certain, guess.example) == (1, "dmy", False, "7/4/96")
    for said in ({"forms": {"from": "mdy"}}, {"forms": {"opened_on": "mdy"}}, {"days": "mdy"}):
        done = await office.run(ana, DEAL, file, **plan, **said, match="code")
        assert done.created + done.matched == 1
    real = await office.retry(ana, trial, forms={"from": "mdy"}, match="code")
    assert real.matched == 1, await office.rejected(ana, real)


async def test_words_that_mean_nothing_are_offered_and_then_left_out(office: Office) -> None:
    """D6"""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,phone,site\n{unique('A')},NULL,-\n{unique('B')},n/a,null\n"
    columns = {"name": "name", "phone": "phone", "site": "website"}
    trial = await office.run(ana, ACCOUNT, file, columns=columns, dry_run=True)
    assert list(trial.empty_words) == ["NULL", "-", "n/a"]
    done = await office.retry(ana, trial, empty_words=trial.empty_words)
    assert [(each.phone, each.website) for each in await made(office, ana, done)] == [("", "")] * 2


async def test_a_deal_of_the_past_is_not_taken_to_have_ended_today(office: Office) -> None:
    """D7: the day is asked for, by a column or for every line."""
    ana = await office.organisation.person(unique("Ana"))
    file = f"code,stage,value\n{unique('Old')},Won,500\n"
    columns = {name: DEAL_COLUMNS[name] for name in ("code", "stage", "value")}
    first = await office.run(ana, DEAL, file, columns=columns)
    [reasons] = (await office.rejected(ana, first)).values()
    assert "Say when this ended" in reasons["closed_on"]
    again = await office.retry(ana, first, constants={"closed_on": "1998-03-01"})
    assert [each.closed_on for each in await made(office, ana, again)] == ["1998-03-01"]
    today = await office.run(
        ana,
        DEAL,
        f"code,stage,value,till\n{unique('New')},Won,1,{date.today().isoformat()}\n",  # noqa: DTZ011 - the day of the machine is meant
        columns=columns | {"till": "closed_on"},
    )
    assert today.created == 1


async def test_lines_without_a_key_are_left_out_when_asked(office: Office) -> None:
    """D9"""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,size\n{unique('A')},1\n,2\n-,3\n"
    columns = {"name": "name", "size": "employees"}
    told = {"skip_without_key": True, "empty_words": ["-"]}
    done = await office.run(ana, ACCOUNT, file, columns=columns, **told)
    assert (done.created, done.skipped, done.rejected, done.settled) == (1, 2, 0, 3)
    strict = await office.run(ana, ACCOUNT, "name,size\n,2\n", columns=columns)
    assert (strict.skipped, strict.rejected) == (0, 1)


async def test_full_names_become_two_fields(office: Office) -> None:
    """D9"""
    ana = await office.organisation.person(unique("Ana"))
    columns = {"who": "first_name+last_name"}
    done = await office.run(
        ana, CONTACT, 'who\nLudwig van Beethoven\n"Pop, Ana"\n', columns=columns
    )
    names = [(each.first_name, each.last_name) for each in await made(office, ana, done)]
    assert names == [("Ludwig", "van Beethoven"), ("Ana", "Pop")]


@pytest.mark.parametrize("match", ["", "tax_id"])
async def test_all_faults_of_a_line_are_said_at_once(office: Office, match: str) -> None:
    """D9: those of the value lists and what is missing too."""
    ana = await office.organisation.person(unique("Ana"))
    file = f"code,branch,size,boss\n{uuid7()},witchcraft,many,Nobody At All\n"
    columns = {"code": "tax_id", "branch": "industry", "size": "employees"}
    columns |= {"boss": "owner_id:name"}
    done = await office.run(ana, ACCOUNT, file, columns=columns, match=match)
    [reasons] = (await office.rejected(ana, done)).values()
    assert {"industry", "employees", "owner_id", "name"} <= set(reasons)


async def test_people_are_found_by_what_the_caller_may_see(office: Office) -> None:
    """S15: a hidden address is neither confirmed nor suggested."""
    limit = FieldAccess("identity.Person", "email", "hidden")
    profile = await office.organisation.profile(
        Permission("*", view=True, create=True), fields=(limit,)
    )
    ben = await office.organisation.person(unique("Ben"), profiles=(profile,))
    file = f"name,owner\n{unique('A')},somebody@example.com\n"
    for dry_run in (True, False):
        with pytest.raises(Invalid, match="There is no field 'email'"):
            await office.start(
                ben,
                ACCOUNT,
                file,
                columns={"name": "name", "owner": "owner_id:email"},
                dry_run=dry_run,
            )
    blind = await office.organisation.person(
        unique("Eve"), Permission(ACCOUNT, view=True, create=True)
    )
    with pytest.raises(Invalid, match="does not let you view people"):
        await office.start(blind, ACCOUNT, file, columns={"name": "name", "owner": "owner_id:name"})


async def test_people_that_are_private_are_not_suggested(office: Office) -> None:
    """S15: whom the caller does not see, no import names."""
    mia = unique("Mia Lang")
    await office.organisation.person(mia)
    ben = await office.organisation.person(unique("Ben"), Permission("*", view=True, create=True))
    await office.organisation.default("identity.Person", "private")
    try:
        file = f"name,owner\n{unique('A')},{mia}\n{unique('B')},{mia[:-1]}\n"
        columns = {"name": "name", "owner": "owner_id:name"}
        done = await office.run(ben, ACCOUNT, file, columns=columns)
    finally:
        await office.organisation.default("identity.Person", "read")
    lines = await office.lines(ben, done, state="rejected")
    assert [dict(line.suggestions).get("owner_id", "") == mia for line in lines] == [False, False]


@pytest.mark.parametrize("entity", ["sales.StageChange", "parties.Conversion"])
async def test_what_comes_about_by_what_people_do_is_no_matter_of_files(
    office: Office, entity: str
) -> None:
    """W8"""
    ana = await office.organisation.person(unique("Ana"))
    with pytest.raises(Invalid, match="no file makes them"):
        await office.start(ana, entity, "name\nA\n", columns={"name": "name"})


async def test_two_forms_of_a_letter_are_one_name(office: Office) -> None:
    """C1: found as a reference and matched, composed or not, with or without case and accents."""
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Café Été")
    taken_apart = unicodedata.normalize("NFD", name)
    columns = {"name": "name", "above": "parent_id:name"}
    await office.run(ana, ACCOUNT, f"name\n{name}\n", columns={"name": "name"})
    for form in (taken_apart, name.upper(), name.replace("é", "e").replace("É", "E")):
        child = f"name,above\n{unique('Child')},{form}\n"
        done = await office.run(ana, ACCOUNT, child, columns=columns)
        assert done.created == 1, await office.rejected(ana, done)
        again = await office.run(
            ana, ACCOUNT, f"name\n{form}\n", columns={"name": "name"}, match="name"
        )
        assert (again.matched, again.created) == (1, 0), again
