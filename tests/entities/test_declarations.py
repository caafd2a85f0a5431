"""What is said of each entity and of its contract is complete, and the two say the same."""

import inspect
import re
from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import FieldDescriptor

from gateway.contract.comments import comment
from kit.entity import Rows
from kit.entity.kinds import Choice, Kind, Money, Reference, References, Words
from kit.wire.bounds import most_of
from kit.wire.options import copies_of, kind_of, part_of, reference_of
from tests.entities.cases import CASES, CREATED, SERVICES, Case, wired

every = pytest.mark.parametrize("case", CASES.values(), ids=str)

OWN = {8, *range(10, 90), 91}
# Whether it is private, and beside the custom fields the tags, stand in what people work on.
BASE = [
    *("id", "version", "owner_id", "created_at", "updated_at", "created_by", "updated_by"),
]

# Columns that are no part of the contract: keys of the policy, secrets, what the service counts.
KEPT_INSIDE: dict[str, set[str]] = {}
# Parts of the contract that no column of this name keeps; each is worked out or kept elsewhere.
WORKED_OUT: dict[str, set[str]] = {
    "identity.Client": {"secret"},
    "identity.Person": {"password"},
}


@every
def test_message_and_table_have_the_same_fields(case: Case) -> None:
    described = case.message.DESCRIPTOR.fields
    told = {each.name for each in described if each.number in OWN}
    kept = set(case.record.fields) - set(BASE)
    assert told - kept <= WORKED_OUT.get(str(case), set())
    assert kept - told <= KEPT_INSIDE.get(str(case), set())


@every
def test_every_message_begins_and_ends_alike(case: Case) -> None:
    described = {each.number: each.name for each in case.message.DESCRIPTOR.fields}
    assert [described.get(number) for number in range(1, 8)] == BASE
    assert (described.get(90), described.get(99)) == ("custom", "json")
    listing = {each.number: each.name for each in case.listing.DESCRIPTOR.fields}
    assert listing == {1: "items", 2: "page", 99: "json"}


@every
def test_every_scalar_may_be_absent_and_none_is_a_long_or_a_float(case: Case) -> None:
    for each in case.message.DESCRIPTOR.fields:
        assert each.has_presence or each.is_repeated, each.name
        assert each.cpp_type not in (2, 4, 5, 6), f"{each.name} is a 64-bit or floating number"


_KINDS_IN_OPTIONS = {
    *("date", "instant", "decimal", "money", "percent", "email", "phone", "url", "long_text"),
}
_TOLD_IN_WORDS = re.compile(r"\b(UUIDs?, |ids? of )`?[a-z]+\.[A-Z]|RFC 3339|YYYY-MM-DD|\(decimal")


@every
def test_the_contract_says_in_options_what_a_field_refers_to_and_its_kind(case: Case) -> None:
    """Design §3: in an option, never in a comment."""
    for described, kind in _described_kinds(case):
        if isinstance(kind, Reference | References):
            assert reference_of(described) == kind.target, described.full_name
        elif kind.name in _KINDS_IN_OPTIONS:
            known = kind_of(described)
            assert known is not None, described.full_name
            assert known.name == kind.name, described.full_name
        assert not _TOLD_IN_WORDS.search(comment(described.full_name)), described.full_name


@every
def test_the_contract_says_which_fields_tell_others(case: Case) -> None:
    """By it other services, which keep such fields, know what is hidden with them."""
    for name, known in case.shape.fields.items():
        described = case.message.DESCRIPTOR.fields_by_name[name]
        assert part_of(described) == known.said.part_of, described.full_name
        assert tuple(copies_of(described)) == known.said.copy_of, described.full_name


def _described_kinds(case: Case) -> Iterator[tuple[FieldDescriptor, Kind]]:
    """The fields of a message with their kinds, those of the rows in it too."""
    for name in case.shape.names:
        described = case.message.DESCRIPTOR.fields_by_name[name]
        kind = case.record.fields[name].said.kind
        yield described, kind
        for column in kind.row.columns if isinstance(kind, Rows) else ():
            yield described.message_type.fields_by_name[column.name], column.kind


@every
def test_an_entity_says_what_it_is(case: Case) -> None:
    record = case.record
    assert (inspect.getdoc(record) or "").strip().endswith(".")
    assert record.entity.split(".") == [case.service, record.__name__]
    assert record.title in record.fields
    words_of_the_kit = {
        "entity",
        "label",
        "plural",
        "title",
        "fields",
        "confidential",
        "presentation",
    }
    assert not words_of_the_kit & set(record.fields)
    assert record.plural[0].isupper()
    labels = [known.said.label for name, known in record.fields.items() if name not in BASE]
    assert all(label and label[0].isupper() for label in labels)
    assert len(labels) == len(set(labels)), "two fields have one label"


@pytest.mark.parametrize("case", CREATED, ids=str)
def test_a_list_shows_something_at_first(case: Case) -> None:
    assert any(known.said.listed for known in case.record.fields.values())


@every
def test_a_list_has_the_same_bound_in_contract_and_table(case: Case) -> None:
    """S4"""
    for each in case.message.DESCRIPTOR.fields:
        kind = case.record.fields[each.name].said.kind if each.name in case.record.fields else None
        if isinstance(kind, Words | References | Rows):
            assert kind.most == most_of(each), each.name


@every
def test_every_amount_names_its_currency_and_every_choice_its_list(case: Case) -> None:
    for known in case.record.fields.values():
        if isinstance(known.said.kind, Money):
            assert known.said.kind.currency in case.record.fields
        if isinstance(known.said.kind, Choice):
            first = wired(case.service).choices[known.said.kind.list]
            assert known.said.initial in (None, *first)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_begins_with_lists_of_its_own_that_identity_lets_it_declare(service: str) -> None:
    """PA-10"""
    lists, admitted = wired(service).choices, wired("identity").admits.get(service, ())
    assert all(name.startswith(f"{service}.") and first for name, first in lists.items())
    assert bool(lists) == ("Policies/DeclareChoices" in admitted)
