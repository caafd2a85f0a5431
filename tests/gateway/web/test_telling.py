"""What people read instead of what machines keep: history by pieces of work, names for codes."""

from typing import Any

from gateway.web.described.catalog import Catalog
from gateway.web.described.fields import Field, Option
from gateway.web.forms.form import Form
from gateway.web.frame.presenting import SYSTEM, Presenter
from gateway.web.record.timeline import as_told, moments_of
from kit.errors import Invalid

ANA = "01a20009-c19e-7a5d-a06b-e61b9c88d255"
PRESENT = Presenter.of({"locale": "en_GB", "time_zone": "UTC"}, {})


def an_entry(minute: int, actor: str, **changes: tuple[Any, Any]) -> dict[str, Any]:
    listed = [{"field": n, "before": b, "after": a} for n, (b, a) in changes.items()]
    at = f"2026-07-01T10:{minute:02}:00Z"
    return {"at": at, "actor": actor, "what": "updated", "changes": listed}


def a_catalog(*fields: dict[str, Any]) -> Catalog:
    told = {"entity": "sales.Deal", "label": "Deal", "plural": "Deals", "fields": list(fields)}
    return Catalog({"entities": [told]})


def test_steps_of_one_piece_of_work_are_told_as_one() -> None:
    told = as_told([an_entry(5, ANA, amount=("2", "3")), an_entry(1, ANA, amount=("1", "2"))])
    assert [entry["changes"] for entry in told] == [
        [{"field": "amount", "before": "1", "after": "3"}]
    ]


def test_what_two_people_did_stays_apart() -> None:
    entries = [an_entry(2, ANA, amount=("2", "3")), an_entry(1, "system:x", amount=("1", "2"))]
    assert len(as_told(entries)) == 2


def test_figures_that_the_system_keeps_are_not_told() -> None:
    catalog = a_catalog({"name": "won_count", "kind": "integer", "editable": False})
    deal = next(iter(catalog))
    assert moments_of(PRESENT, deal, [an_entry(1, "system:x", won_count=("1", "2"))], {}) == []


def test_an_error_in_a_repeating_line_stands_beside_its_input() -> None:
    columns = (Field("street", "Street"), Field("city", "City"))
    form = Form((Field("addresses", "Addresses", "rows", columns=columns),), {}, {})
    form.blame(Invalid(addresses="Line 2: City: write at most 80 characters."))
    assert form.errors == {"addresses.1.city": "write at most 80 characters."}
    wrong: dict[str, Any] = {"addresses[0].street": "There is no such street."}
    form.blame(Invalid(**wrong))
    assert form.error("addresses.0.street") == "There is no such street."


def test_the_name_of_an_entity_is_chosen_by_what_it_is_called() -> None:
    field = next(iter(a_catalog({"name": "entity_name", "kind": "entity"}))).fields[0]
    assert field.kind == "picklist"
    assert Option("sales.Deal", "Deals") in field.options


def test_an_actor_that_is_no_person_goes_by_the_systems_name() -> None:
    assert PRESENT.actor("system:campaigns_follow_opportunity_created", {}).text == SYSTEM


def test_a_country_is_read_by_its_name_and_a_year_without_grouping() -> None:
    country = PRESENT.cell(Field("country", "Country", "country"), {"country": "NL"}, {})
    year = PRESENT.cell(Field("founded_year", "Founded", "year"), {"founded_year": 2009}, {})
    assert (country.text, year.text) == ("Netherlands", "2009")


def test_a_reference_to_anything_leads_where_the_record_says() -> None:
    """By the entity's name beside it, or by what the values of the field beside it stand for."""
    kinds = [{"value": "role", "target": "identity.Role"}, {"value": "group", "target": ""}]
    told = (
        {"name": "source_kind", "kind": "picklist", "options": kinds},
        {"name": "source_id", "kind": "reference", "target_field": "source_kind"},
        {"name": "related_id", "kind": "reference", "target_field": "related_entity"},
    )
    _, source, related = next(iter(a_catalog(*told))).fields
    assert source.target_in({"source_kind": "role"}) == "identity.Role"
    assert related.target_in({"related_entity": "sales.Opportunity"}) == "sales.Opportunity"


def test_the_history_tells_a_verb_in_the_words_of_its_entity() -> None:
    action = {"verb": "MoveStage", "label": "Move stage", "past": "moved the stage"}
    told = {
        "entity": "sales.Deal",
        "label": "Deal",
        "plural": "Deals",
        "presentation": {"actions": [action]},
        "verbs": [{"name": "MoveStage"}],
    }
    deal = next(iter(Catalog({"entities": [told]})))
    entry = {**an_entry(1, ANA), "what": "MoveStage"}
    assert [moment.what for moment in moments_of(PRESENT, deal, [entry], {})] == ["moved the stage"]


def test_rows_of_yes_and_no_are_a_matrix_with_the_names_of_its_columns() -> None:
    """W15: a profile reads as what it allows, not as `Yes · Yes · No`."""
    columns = (Field("entity", "Entity"), Field("view", "View", "boolean"))
    field = Field("permissions", "Permissions", "rows", columns=columns)
    cell = PRESENT.cell(field, {"permissions": [{"entity": "Deals", "view": True}]}, {})
    assert (cell.kind, cell.heads) == ("matrix", ("Entity", "View"))
    assert [part.text for part in cell.parts[0].parts] == ["Deals", "Yes"]
