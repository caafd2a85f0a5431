"""What a sharing rule and an access default may say."""

from typing import Any

import pytest

from kit.errors import Invalid
from kit.ids import uuid7
from services.identity.model.access_defaults import AccessDefault
from services.identity.model.sharing_rules import SharingRule


def a_rule(**given: Any) -> SharingRule:
    known = {
        "name": "Offices see one another",
        "entity_name": "sales.Opportunity",
        "source_kind": "role",
        "source_id": uuid7(),
        "target_kind": "group",
        "target_id": uuid7(),
    }
    return SharingRule(**(known | given))


def test_a_rule_opens_what_some_own_to_others() -> None:
    """ID-13"""
    a_rule().check()


def test_a_rule_reads_unless_it_says_more() -> None:
    assert a_rule().level == "read"


def test_a_rule_shares_with_somebody_else() -> None:
    one = uuid7()
    rule = a_rule(source_kind="group", source_id=one, target_id=one)
    with pytest.raises(Invalid) as refusal:
        rule.check()
    assert list(refusal.value.fields) == ["target_id"]


def test_a_rule_names_an_entity() -> None:
    with pytest.raises(Invalid, match=r"sales\.Opportunity"):
        a_rule(entity_name="opportunity").check()


def test_a_default_names_an_entity() -> None:
    """ID-09"""
    with pytest.raises(Invalid, match=r"sales\.Opportunity"):
        AccessDefault(entity_name="everything").check()
