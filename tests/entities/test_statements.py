"""What a call costs in statements, however many rows it is about."""

import pytest
from crm.v1 import standard_pb2

from tests.entities.cases import CREATED, Case
from tests.entities.counting import counted
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
