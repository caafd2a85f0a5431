"""What a value of an administrator's list may be."""

import pytest

from kit.actor import Actor
from kit.errors import Invalid, Refused
from services.parties.model.choice_values import USES, ChoiceValue
from services.parties.model.starting_lists import STARTING_LISTS


def a_value(list_name: str, value: str) -> ChoiceValue:
    known = ChoiceValue(list_name=list_name, value=value)
    known.prepare(Actor.system("test"))
    return known


def test_every_list_that_a_field_chooses_from_has_values_at_the_start() -> None:
    """PA-10"""
    assert set(STARTING_LISTS) == set(USES)
    for name, values in STARTING_LISTS.items():
        for value in values:
            a_value(name, value).check()


def test_a_value_is_shown_in_words() -> None:
    assert a_value("parties.account.industry", "real_estate").caption == "Real estate"


@pytest.mark.parametrize(
    ("list_name", "value", "field"),
    [
        ("parties.account.colour", "red", "list_name"),
        ("parties.account.industry", "Real estate", "value"),
        ("parties.account.industry", "", "value"),
    ],
)
def test_a_value_belongs_to_a_list(list_name: str, value: str, field: str) -> None:
    """PA-10"""
    with pytest.raises(Invalid) as refusal:
        a_value(list_name, value).check()
    assert list(refusal.value.fields) == [field]


def test_a_value_in_use_is_retired_not_deleted() -> None:
    """PA-10"""
    value = a_value("parties.account.industry", "retail")
    value.refuse_loss(used=False)
    with pytest.raises(Refused, match="retire"):
        value.refuse_loss(used=True)
