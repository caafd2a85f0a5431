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
    await office.stub(case, json=True).Get(standard_pb2.GetRequest(id=made[0].id))
    assert len(statements) <= 1
    statements.clear()
    await office.stub(case, json=True).List(standard_pb2.ListRequest(filter=wanted))
    assert len(statements) <= 2
    statements.clear()
    await office.stub(case, json=True).Create(message)
    # Whom a member is, campaigns has to ask first: copies of the contact and its account are stored.
    assert len(statements) <= (24 if str(case) == "campaigns.Member" else 14), statements
