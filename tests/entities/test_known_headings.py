"""Where the columns of other systems go is where an import may put them."""

import pytest

from kit.importing.mapping.paths import wrong_paths
from tests.entities.cases import CASES, Case

KNOWN = [case for case in CASES.values() if case.record.headings]


@pytest.mark.parametrize("case", KNOWN, ids=str)
def test_known_headings_lead_to_fields(case: Case) -> None:
    assert {*case.record.headings} == {"Salesforce", "HubSpot", "Pipedrive", "Zoho"}
    for paths in case.record.headings.values():
        assert not list(wrong_paths(paths.values(), case.record.fields, ()))
