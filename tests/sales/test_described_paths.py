"""`Describe` names what lists may be asked for beyond the record, to whoever may see both ends."""

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.testing.organisation import TestOrganisation
from tests.sales.desk import Desk
from tests.sales.lines import OFFICE, limited


async def _paths(desk: Desk) -> set[str]:
    stub = desk.serving.stub(RecordsStub, desk.actor)
    told = await stub.Describe(records_pb2.DescribeRequest())
    return set(next(each for each in told.entities if each.entity == OFFICE).paths)


async def test_what_is_kept_and_what_lines_hold_is_named(desk: Desk) -> None:
    """PA-22, SA-14: and nothing that no list could be asked for."""
    paths = await _paths(desk)
    assert {"account.name", "account.industry", "lines.quantity"} <= paths
    assert "account.phone" not in paths


@pytest.mark.parametrize(
    ("entity", "field", "path"),
    [
        (OFFICE, "account_id", "account.name"),
        ("parties.Account", "industry", "account.industry"),
        (OFFICE, "lines", "lines.quantity"),
    ],
)
async def test_a_path_is_hidden_with_either_end(
    desk: Desk, organisation: TestOrganisation, entity: str, field: str, path: str
) -> None:
    eve = await limited(desk, organisation, entity, field, "hidden")
    assert path not in await _paths(eve)
    assert path in await _paths(desk)
