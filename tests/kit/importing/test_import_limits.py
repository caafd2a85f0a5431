"""An import changes no more than a person could change by hand, and answers odd questions in words."""

from typing import Any
from uuid import UUID

import pytest
from crm.parties.v1 import accounts_pb2
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.sales.v1 import opportunities_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2
from sqlalchemy import update

from kit.access import EVERYONE
from kit.access.entries import FieldAccess, Permission
from kit.errors import Invalid
from services.parties.model.accounts import Account
from tests.kit.importing.office import ACCOUNT, Office, unique

DEAL = "sales.Opportunity"


async def reasons(office: Office, actor: Any, done: Any) -> dict[str, str]:
    """Why the only line was rejected."""
    assert done.rejected == 1, done
    [found] = (await office.rejected(actor, done)).values()
    return found


@pytest.mark.parametrize("name", ["lead_id", "conversion_id"])
async def test_what_only_a_new_deal_may_say_is_not_changed_by_a_file(
    office: Office, name: str
) -> None:
    ana = await office.organisation.person(unique("Ana"))
    deals = office.sales.stub(OpportunitiesStub, ana)
    known = await office.sales.keeps(
        {"lead_id": "parties.Lead"}.get(name, "parties.Conversion"), keys=[EVERYONE]
    )
    made = await deals.Create(opportunities_pb2.Opportunity(code=unique("D")))
    columns = {"code": "code", "other": name}
    file = f"code,other\n{made.code},{known}\n"
    done = await office.run(ana, DEAL, file, columns=columns, match="code")
    assert "filled in by the system" in (await reasons(office, ana, done))[name]
    after = await deals.Get(standard_pb2.GetRequest(id=made.id))
    assert not after.HasField(name)
    new = f"code,other\n{unique('D')},{known}\n"
    assert (await office.run(ana, DEAL, new, columns=columns, match="code")).created == 1


@pytest.mark.parametrize("access", ["hidden", "read"])
async def test_no_file_fills_custom_fields_that_a_profile_keeps(
    office: Office, access: str
) -> None:
    """ID-14"""
    limit = FieldAccess(ACCOUNT, "custom", access)
    profile = await office.organisation.profile(
        Permission(ACCOUNT, view=True, create=True, edit=True), fields=(limit,)
    )
    ben = await office.organisation.person(unique("Ben"), profiles=(profile,))
    columns = {"name": "name", "region": "custom.region"}
    with pytest.raises(Invalid) as wrong:
        await office.start(ben, ACCOUNT, f"name,region\n{unique('A')},north\n", columns=columns)
    assert "custom.region" in wrong.value.fields["columns"]
    constants = {"custom.region": "north"}
    with pytest.raises(Invalid) as wrong:
        await office.start(
            ben, ACCOUNT, f"name\n{unique('A')}\n", columns={"name": "name"}, constants=constants
        )
    assert "custom.region" in wrong.value.fields["constants"]


async def test_custom_fields_are_bounded_over_all_files_together(office: Office) -> None:
    ana, name = await office.organisation.person(unique("Ana")), unique("Full")
    accounts = office.parties.stub(AccountsStub, ana)
    full = {f"key_{number}": "x" for number in range(200)}
    made = await accounts.Create(accounts_pb2.Account(name=name))
    stored = update(Account).where(Account.id == UUID(made.id)).values(custom=full)
    async with office.parties.process.database.sessions.begin() as session:
        await session.execute(stored)
    columns = {"name": "name", "more": "custom.more"}
    done = await office.run(ana, ACCOUNT, f"name,more\n{name},1\n", columns=columns, match="name")
    assert set(await reasons(office, ana, done)) == {"custom"}
    assert "more" not in (await accounts.Get(standard_pb2.GetRequest(id=made.id))).custom


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"page_size": -5}, "page_size"),
        ({"page_token": "²"}, "page_token"),
        ({"page_token": "99999999999"}, "page_token"),
        ({"page_token": "-1"}, "page_token"),
    ],
)
async def test_an_odd_page_is_refused_by_its_name(
    office: Office, asked: dict[str, Any], field: str
) -> None:
    ana = await office.organisation.person(unique("Ana"))
    done = await office.run(ana, ACCOUNT, f"name\n{unique('P')}\n", columns={"name": "name"})
    with pytest.raises(Invalid) as wrong:
        await office.lines(ana, done, **asked)
    assert set(wrong.value.fields) == {field}


async def test_custom_fields_from_cells_are_judged_as_text(office: Office) -> None:
    """C4: kept in one form, so that the same file taken in again changes nothing."""
    ana, name = await office.organisation.person(unique("Ana")), unique("Cells")
    columns = {"name": "name", "place": "custom.place"}
    file = f"name,place\n{name},Cafe\u0301\n{name} 2,a\u202eb\n"
    done = await office.run(ana, ACCOUNT, file, columns=columns, match="name")
    assert (done.created, done.rejected) == (1, 1)
    lines = {each.number: each for each in await office.lines(ana, done)}
    assert "U+202E" in str(lines[max(lines)].reasons)
    made = next(each for each in lines.values() if each.record_id)
    stub = office.parties.stub(AccountsStub, ana)
    found = await stub.Get(standard_pb2.GetRequest(id=made.record_id))
    assert dict(found.custom) == {"place": "Caf\u00e9"}
    again = await office.run(ana, ACCOUNT, file, columns=columns, match="name")
    assert (again.matched, again.updated) == (1, 0)
