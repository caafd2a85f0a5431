"""What a profile's rights include, and which of them make no sense."""

import pytest

from kit.actor import Actor
from kit.errors import Invalid
from services.identity.model.profiles import FieldAccess, Permission, Profile


def a_right(entity: str, right: str) -> Permission:
    return Permission.read({"entity": entity, right: True})


def a_profile(*permissions: Permission, access: tuple[FieldAccess, ...] = ()) -> Profile:
    profile = Profile(name="Sales", permissions=list(permissions), field_access=list(access))
    profile.prepare(Actor.system("test"))
    return profile


@pytest.mark.parametrize("right", ["create", "edit", "delete", "view_all", "edit_all"])
def test_every_right_includes_seeing(right: str) -> None:
    """ID-02"""
    profile = a_profile(a_right("sales.Opportunity", right))
    assert profile.permissions[0].view


def test_editing_all_includes_editing_and_seeing_all() -> None:
    right = a_profile(a_right("*", "edit_all")).permissions[0]
    assert (right.edit, right.view_all) == (True, True)


def test_seeing_includes_nothing_else() -> None:
    """ID-02"""
    right = a_profile(a_right("*", "view")).permissions[0]
    assert not any((right.create, right.edit, right.delete, right.view_all, right.edit_all))


def test_an_entity_stands_in_a_profile_once() -> None:
    profile = a_profile(a_right("sales.Stage", "view"), a_right("sales.Stage", "edit"))
    with pytest.raises(Invalid, match="twice") as refusal:
        profile.check()
    assert list(refusal.value.fields) == ["permissions"]


def test_a_name_that_is_no_entity_is_refused() -> None:
    with pytest.raises(Invalid, match="names no entity"):
        a_profile(a_right("opportunities", "view")).check()


def test_a_field_stands_in_a_profile_once() -> None:
    """ID-10"""
    line = FieldAccess.read({"entity": "parties.Contact", "field": "sex"})
    with pytest.raises(Invalid) as refusal:
        a_profile(access=(line, line)).check()
    assert list(refusal.value.fields) == ["field_access"]


@pytest.mark.parametrize(
    ("entity", "part"),
    [("parties.Contact", "first_name"), ("parties.Lead", "company"), ("identity.Person", "family_name")],
)  # fmt: skip
def test_a_part_of_a_name_is_limited_by_the_name(entity: str, part: str) -> None:
    """ID-14: hidden alone, it would still stand in the whole."""
    line = FieldAccess.read({"entity": entity, "field": part, "access": "hidden"})
    with pytest.raises(Invalid) as refusal:
        a_profile(access=(line,)).check()
    assert f"{entity}.{part} is part of name" in refusal.value.fields["field_access"]
    whole = FieldAccess.read({"entity": entity, "field": "name", "access": "hidden"})
    a_profile(access=(whole,)).check()
