"""What makes a person and a password acceptable."""

from typing import Any

import pytest

from kit.actor import Actor
from kit.errors import Invalid, Refused
from services.identity.model.passwords import check_password
from services.identity.model.people import Person


def a_person(**given: Any) -> Person:
    known = {"given_name": "Ana", "family_name": "Ionescu", "email": "Ana.Ionescu@Example.org"}
    person = Person(**(known | given))
    person.prepare(Actor.system("test"))
    return person


def test_a_person_is_named_after_given_and_family_name() -> None:
    assert a_person().name == "Ana Ionescu"


def test_a_given_full_name_stays() -> None:
    assert a_person(name="Ana-Maria Ionescu").name == "Ana-Maria Ionescu"


def test_the_sign_in_address_is_kept_in_lower_case() -> None:
    """ID-20"""
    assert a_person().email == "ana.ionescu@example.org"


@pytest.mark.parametrize(("field", "value"), [("locale", "english"), ("name", "")])
def test_a_wrong_value_is_named(field: str, value: str) -> None:
    person = a_person()
    setattr(person, field, value)
    with pytest.raises(Invalid) as refusal:
        person.check()
    assert list(refusal.value.fields) == [field]


def test_a_deactivated_person_can_come_back() -> None:
    person = a_person()
    person.deactivate()
    assert not person.active
    person.activate()
    assert person.active


def test_nobody_is_deleted() -> None:
    with pytest.raises(Refused, match="deactivate"):
        a_person().removing()


@pytest.mark.parametrize(
    "password",
    [
        *("short", "password1234", "abababababab", "my name is ionescu", "x" * 129),
        # Security, low: runs, pieces over and over, the own address, the name of what they open.
        *("123456789012", "98765432109", "qwertyuiopasdf", "aaaabbbbcccc", "abcxabcxabcx"),
        *("Ana.Ionescu@example.org", "rapport of mine"),
    ],
)
def test_an_easy_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_password(password, a_person())
    assert "password" in refusal.value.fields


def test_a_short_address_of_ones_own_is_no_password() -> None:
    """Security, low: its parts stand in many words by chance, the whole does not."""
    person = Person(name="Bo", email="bo@x.example")
    with pytest.raises(Invalid):
        check_password("bo@x.example", person)
    check_password("robot on the moon", person)


def test_a_few_words_make_a_password() -> None:
    check_password("correct horse battery staple", a_person())
