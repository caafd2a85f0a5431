"""The filter builder writes the filter language and reads back what it wrote."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.lists.filtering import EMPTY, FILLED, condition, joined, operators_of, read
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


def test_a_filter_that_the_builder_cannot_show_is_left_to_its_author() -> None:
    assert read(DEAL, 'a_text = "x" OR a_text = "y"') is None
    assert read(DEAL, "unknown = 1") is None
