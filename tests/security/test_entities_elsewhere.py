"""Everybody weighs what others own by the contract: it says of each entity what its class says."""

import pytest

from kit.wire.contract import Facts, facts_of
from tests.entities.cases import CASES, Case


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_the_contract_knows_how_an_entity_stands(case: Case) -> None:
    """S1, S13: what one took for open that is not, it would give away."""
    record = case.record
    assert facts_of(record.entity) == Facts(
        entity=record.entity,
        title=record.title,
        default_access=record.default_access,
        parents=record.parents,
        confidential=record.confidential,
        governed_by=record.governed_by,
        no_bin=bool(record.no_bin),
    )
