"""The tree of roles has no circles, and neither have groups."""

import pytest

from kit.errors import Invalid
from kit.ids import uuid7
from services.identity.model.groups import Group
from services.identity.model.roles import Role


def test_a_role_does_not_stand_below_itself() -> None:
    """ID-05"""
    role = Role(name="Manager")
    role.parent_id = role.id
    with pytest.raises(Invalid, match="below itself"):
        role.check()


def test_a_role_does_not_stand_below_one_that_stands_below_it() -> None:
    """ID-05"""
    role = Role(name="Manager", parent_id=uuid7())
    with pytest.raises(Invalid, match="below itself"):
        role.refuse_circle([uuid7(), role.id])


def test_a_role_stands_below_another() -> None:
    Role(name="Agent", parent_id=uuid7()).check()


def test_a_group_does_not_contain_itself() -> None:
    """ID-07"""
    group = Group(name="Field sales")
    group.group_ids = [group.id]
    with pytest.raises(Invalid, match="contain itself"):
        group.check()
