"""What makes a contact."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.actor import Actor
from kit.errors import Invalid
from services.parties.model.contacts import Contact


def prepared(contact: Contact) -> Contact:
    contact.prepare(Actor.system("test"))
    return contact


def test_a_contact_is_named_after_first_and_last_name() -> None:
    """PA-13"""
    contact = prepared(Contact(first_name="Ana", last_name="Pop"))
    contact.check()
    assert contact.name == "Ana Pop"


def test_a_new_last_name_is_a_new_name() -> None:
    contact = prepared(Contact(first_name="Ana", last_name="Pop"))
    contact.last_name = "Radu"
    assert prepared(contact).name == "Ana Radu"


def test_a_contact_has_a_name() -> None:
    with pytest.raises(Invalid, match="name"):
        prepared(Contact(email="ana@example.org")).check()


def test_nobody_is_born_tomorrow() -> None:
    """PA-17"""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    with pytest.raises(Invalid) as refusal:
        prepared(Contact(last_name="Pop", birth_date=tomorrow)).check()
    assert list(refusal.value.fields) == ["birth_date"]
