"""What a call costs in statements, however many rows it is about."""

from json import loads

import pytest
from crm.v1 import standard_pb2

from tests.entities.cases import CREATED, Case
from tests.entities.counting import compiled, counted
from tests.entities.factories import Office


@pytest.mark.parametrize("case", CREATED, ids=str)
async def test_a_list_costs_as_many_statements_as_one_row(
    case: Case, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement for each row; every figure is a bound, not a measurement."""
    made, message = [await office.make(case) for _ in range(3)], await office.message(case)
    wanted = f"id = ({' OR '.join(each.id for each in made)})"
    statements = counted(monkeypatch)
    stub, gets, lists = office.stub(case, json=True), [], []
    # What another service asks meanwhile for its copies is counted too, but hardly three times.
    for each in made:
        await stub.Get(standard_pb2.GetRequest(id=each.id))
        gets.append(len(statements))
        statements.clear()
        await stub.List(standard_pb2.ListRequest(filter=wanted))
        lists.append(len(statements))
        statements.clear()
    assert (min(gets) <= 1, min(lists) <= 2) == (True, True), (gets, lists)
    await office.stub(case, json=True).Create(message)
    # Whom a member is, campaigns has to ask first: copies of the contact and its account are stored.
    assert len(statements) <= (24 if str(case) == "campaigns.Member" else 14), statements


# What changes the policy is written out each time; that is rare, and all else of it costs more.
_ASKED_OFTEN = [case for case in CREATED if case.service != "identity"]


@pytest.mark.parametrize("case", _ASKED_OFTEN, ids=str)
async def test_what_is_asked_again_is_not_written_out_again(
    case: Case, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement is compiled for the first call that needs it."""
    stub = office.stub(case, json=True)
    messages = [await office.message(case) for _ in range(2)]
    written_out = compiled(monkeypatch)
    for message in messages:
        written_out.clear()
        made = await stub.Create(message)
        record_id = standard_pb2.GetRequest(id=loads(made.json)["id"])
        await stub.Get(record_id)
        await stub.List(standard_pb2.ListRequest())
        if "Delete" in case.methods:
            await stub.Delete(standard_pb2.DeleteRequest(id=record_id.id))
    assert [each[:160] for each in written_out] == []
