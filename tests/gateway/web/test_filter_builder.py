"""The filter builder writes the filter language and reads back what it wrote."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.web.described.catalog import Catalog
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.lists.filtering import (
    EMPTY,
    FILLED,
    condition,
    filterable,
    joined,
    operators_of,
    read,
    sortable,
)
from gateway.web.lists.page import sentence
from kit.query import parse

KINDS = ["text", "email", "integer", "money", "date", "instant", "boolean", "picklist", "reference"]
DEAL = Entity.read(
    {
        "entity": "sales.Opportunity",
        "label": "Opportunity",
        "plural": "Opportunities",
        "fields": [{"name": f"a_{kind}", "label": kind, "kind": kind} for kind in KINDS],
        "rights": ["view"],
    }
)
FIELDS = st.sampled_from(DEAL.fields)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(field=FIELDS, number=st.integers(0, 4), text=TEXTS)
def test_a_condition_is_read_back_as_it_was_chosen(field: Field, number: int, text: str) -> None:
    """Whatever is typed, the filter means that and nothing else."""
    operators = operators_of(field)
    chosen = condition(DEAL, field.name, operators[number % len(operators)].key, text)
    assert chosen is not None
    (found,) = read(DEAL, str(chosen)) or []
    assert (found.field, found.operator) == (chosen.field, chosen.operator)
    assert found.operator in (EMPTY, FILLED) or found.value == text


@settings(deadline=None)
@given(st.lists(st.tuples(FIELDS, TEXTS), min_size=1, max_size=5))
def test_the_language_accepts_every_filter_that_the_builder_writes(
    chosen: list[tuple[Field, str]],
) -> None:
    parts = [condition(DEAL, field.name, "", text) for field, text in chosen]
    assert parse(joined(parts)) is not None


def _deal_with_paths(*paths: str, **more: object) -> Entity:
    """A deal with an account and lines, which may be asked for at these paths."""
    industry = {"name": "industry", "kind": "choice", "options": [{"value": "retail"}]}
    account = {"entity": "parties.Account", "label": "Account", "plural": "Accounts"}
    account |= {"fields": [{"name": "name"}, industry], "title_field": "name"}
    lines = {"name": "lines", "kind": "rows", "columns": [{"name": "quantity", "kind": "decimal"}]}
    to_account = {"name": "account_id", "kind": "reference", "target": "parties.Account"}
    deal = {"entity": "sales.Opportunity", "label": "Deal", "plural": "Deals", "paths": paths}
    deal |= {"fields": [{"name": "name"}, to_account, lines]}
    found = Catalog({"entities": [deal, {**account, **more}]}).by_name("sales.Opportunity")
    assert found
    return found


def test_what_a_record_refers_to_is_offered_by_the_names_of_both() -> None:
    """PA-22: with the operators and the values of the field at the end of the path."""
    deal = _deal_with_paths("account.name", "account.industry", "account.phone", "lines.quantity")
    offered = {field.name: field for field in filterable(deal) if "." in field.name}
    assert [field.label for field in offered.values()] == [
        "Account › Name",
        "Account › Industry",
        "Lines › Quantity",
    ]
    industry = offered["account.industry"]
    assert operators_of(industry)[0].key == "is"
    chosen = condition(deal, "account.industry", "is", "retail")
    assert chosen
    assert sentence(chosen) == "Account › Industry is Retail"
    assert read(deal, str(chosen)) == [chosen]


def test_what_nobody_describes_is_not_offered() -> None:
    """A service that is stopped, or a field that is hidden there: the rest stays."""
    deal = _deal_with_paths("account.industry", entity="parties.Other")
    assert deal.paths == ()


def test_a_reference_is_sorted_by_the_name_of_its_record() -> None:
    """Lines have no order, and ids none that people could read."""
    deal = _deal_with_paths("account.name", "account.industry", "lines.quantity")
    assert [field.name for field in sortable(deal)] == ["name", "account.name", "account.industry"]
    reference = deal.field("account_id")
    assert reference
    assert deal.order_of(reference) == "account.name"


def test_a_filter_that_the_builder_cannot_show_is_left_to_its_author() -> None:
    assert read(DEAL, 'a_text = "x" OR a_text = "y"') is None
    assert read(DEAL, "unknown = 1") is None
