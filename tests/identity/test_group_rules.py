"""Groups have no circles; that the tree of roles has none is the kit's to hold."""

import pytest

from kit.errors import Invalid
from services.identity.model.groups import Group


def test_a_group_does_not_contain_itself() -> None:
    """ID-07"""
    group = Group(name="Field sales")
    group.group_ids = [group.id]
    with pytest.raises(Invalid, match="contain itself"):
        group.check()
