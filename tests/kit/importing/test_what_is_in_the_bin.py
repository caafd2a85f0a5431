"""B2 for files: what stands in the bin is neither matched nor named, and its code is not free."""

from typing import Any

import pytest
from crm.parties.v1 import accounts_pb2
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from tests.kit.importing.office import ACCOUNT, Office, unique


@pytest.fixture
async def ana(office: Office) -> Actor:
    return await office.organisation.person(unique("Ana"))


@pytest.fixture
async def deleted(office: Office, ana: Actor) -> Any:
    """An account in the bin."""
    accounts: Any = office.parties.stub(AccountsStub, ana)
    name, code = unique("Quay"), unique("Q").replace(" ", "-")
    made = await accounts.Create(accounts_pb2.Account(name=name, code=code))
    await accounts.Delete(standard_pb2.DeleteRequest(id=made.id))
    return made


async def test_a_line_makes_a_new_record_beside_one_in_the_bin(
    office: Office, ana: Actor, deleted: Any
) -> None:
    file, columns = f"name\n{deleted.name}\n", {"name": "name"}
    done = await office.run(ana, ACCOUNT, file, columns=columns, match="name")
    assert (done.created, done.matched) == (1, 0)


async def test_a_line_does_not_name_what_is_in_the_bin(
    office: Office, ana: Actor, deleted: Any
) -> None:
    file, columns = f"name,above\n{unique('Child')},{deleted.name}\n", {"name": "name"}
    done = await office.run(ana, ACCOUNT, file, columns={**columns, "above": "parent_id:name"})
    assert done.rejected == 1


async def test_a_line_with_a_code_that_the_bin_holds_is_told_so(
    office: Office, ana: Actor, deleted: Any
) -> None:
    file = f"name,code\n{unique('New')},{deleted.code}\n"
    columns = {"name": "name", "code": "code"}
    done = await office.run(ana, ACCOUNT, file, columns=columns, match="code")
    assert done.rejected == 1
    (reasons,) = (await office.rejected(ana, done)).values()
    assert "in the bin" in reasons["code"]
