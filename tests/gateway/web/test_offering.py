"""What pages offer is what the description allows: forms, buttons, tabs and places in the rail."""

from datetime import UTC, datetime
from typing import Any

from gateway.web.described.catalog import Catalog
from gateway.web.described.entities import Entity
from gateway.web.frame.areas import rail
from gateway.web.record.page import tab_label
from gateway.web.views.built_in import views_of
from kit.ids import uuid7
from kit.query import Context, parse

NOW = Context(uuid7(), datetime.now(UTC), UTC)
WIN = {"verb": "Win", "label": "Mark as won", "when": 'outcome = "open"'}


def told(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    label = name.partition(".")[2]
    rights, methods = ["view", "create", "edit"], ["Get", "List", "Create", "Update"]
    known = {"entity": name, "label": label, "plural": f"{label}s", "fields": list(fields)}
    return {**known, "rights": rights, "methods": methods, **more}


def shown(area: str = "sales", **more: Any) -> dict[str, Any]:
    return {"area": area, "rank": 1, "owned": True, **more}


def reference(name: str, target: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "kind": "reference", "target": target, **more}


def a_deal(when: str = WIN["when"]) -> Entity:
    outcome = {"name": "outcome", "kind": "picklist"}
    actions = [{**WIN, "when": when}]
    verbs = [{"name": "Win", "fields": [{"name": "note"}]}, {"name": "Archive"}]
    return Entity.read(
        told("sales.Deal", outcome, verbs=verbs, presentation=shown(actions=actions))
    )


def offered(entity: Entity, **record: Any) -> list[str]:
    return [each.label for each in entity.actions if each.offered(record, NOW)]


def test_a_verb_is_offered_while_the_record_is_in_a_state_for_it() -> None:
    """W22: every verb that may be used now, none that may not; what has no words comes last."""
    assert offered(a_deal(), outcome="open") == ["Mark as won", "Archive"]
    assert offered(a_deal(), outcome="won") == ["Archive"]


def test_a_verb_whose_state_the_person_may_not_see_is_left_to_the_rule() -> None:
    assert offered(a_deal('hidden = "x"'), outcome="won") == ["Mark as won", "Archive"]


def test_a_form_asks_for_what_the_words_of_its_entity_name() -> None:
    """The contract's own comment is for programs; it is shown only where there is nothing better."""
    archive = {"name": "Archive", "doc": "Puts it away.", "fields": [{"name": "until"}]}
    asks = [{"name": "reason", "label": "Why", "required": True, "unseen": True}]
    inputs = [{"name": "reason", "help": "A code."}, {"name": "amount"}]
    actions = [{"verb": "Lose", "label": "Lose", "past": "lost this", "asks": asks}]
    verbs = [{"name": "Lose", "doc": "ABORTED when stale.", "fields": inputs}, archive]
    told_so = told("a.Deal", verbs=verbs, presentation=shown(actions=actions))
    lose, put_away = Entity.read(told_so).actions
    assert [(each.label, each.help, each.required) for each in lose.fields] == [("Why", "", True)]
    assert lose.fields[0].kind == "password"
    assert (lose.doc, put_away.doc) == ("", "Puts it away.")
    assert [each.name for each in put_away.fields] == ["until"]


def test_what_has_no_create_has_no_place_in_menus() -> None:
    """F4, W9: nor has what is a part of other pages."""
    assert Entity.read(told("a.Deal", presentation=shown())).made_by_form
    assert not Entity.read(told("a.Deal", rights=["view"], presentation=shown())).made_by_form
    assert not Entity.read(told("a.Message", presentation=shown(""))).made_by_form


def test_settings_stand_in_the_rail_of_those_who_keep_them() -> None:
    """W9: an agent, who may look at stages and change none, is offered none."""
    kept = told("sales.Stage", presentation=shown("administration"))
    seen = {**kept, "rights": ["view"]}
    areas = [
        {each.area.name for each in rail(Catalog({"entities": [stage]}))} for stage in (kept, seen)
    ]
    assert ["administration" in each for each in areas] == [True, False]


def test_the_rail_follows_the_rank_of_entities() -> None:
    late, early = (
        told(f"sales.{name}", presentation={**shown(), "rank": rank})
        for name, rank in (("Order", 20), ("Lead", 10))
    )
    catalog = Catalog({"entities": [late, early]})
    [sales] = [each for each in rail(catalog) if each.area.name == "sales"]
    assert [place.label for place in sales.places] == ["Leads", "Orders"]


def test_settings_belong_to_nobody_and_have_no_view_of_the_own() -> None:
    owner = reference("owner_id", "identity.Person")
    keys = {
        owned: [view.key for view in views_of(_with_owner(owner, owned=owned))]
        for owned in (True, False)
    }
    assert ("mine" in keys[True], "mine" in keys[False]) == (True, False)


def _with_owner(owner: dict[str, Any], *, owned: bool) -> Entity:
    return Entity.read(told("a.Deal", owner, presentation={**shown(), "owned": owned}))


def test_a_tab_is_called_as_the_reference_says_and_left_out_where_it_says_so() -> None:
    account = told(
        "parties.Account",
        reference("parent_id", "parties.Account"),
        presentation=shown("customers", tabs={"parent_id": "Subsidiaries"}),
    )
    lead = told(
        "parties.Lead",
        reference("account_id", "parties.Account"),
        presentation=shown(tabs={"account_id": ""}),
    )
    catalog = Catalog({"entities": [account, lead]})
    target = catalog.by_name("parties.Account")
    assert target
    assert [tab_label(target, tab) for tab in catalog.related(target)] == ["Subsidiaries"]


def test_what_may_be_about_anything_has_a_tab_on_what_people_own() -> None:
    entity = {"name": "about_entity", "kind": "entity"}
    about = {"name": "about_id", "kind": "reference", "target_field": "about_entity"}
    call = told("a.Call", entity, about, presentation=shown("calendar"))
    deal, stage = (
        told(name, presentation={**shown(), "owned": owned})
        for name, owned in (("a.Deal", True), ("a.Stage", False))
    )
    catalog = Catalog({"entities": [call, deal, stage]})
    tabs = {each.name: [tab.key for tab in catalog.related(each)] for each in catalog}
    assert tabs["a.Deal"] == ["calls.about_id"]
    assert tabs["a.Stage"] == []


def test_who_takes_part_has_a_tab_of_what_it_takes_part_in() -> None:
    """W1: whatever touched a contact, also where it is one of many."""
    many = {**reference("contact_ids", "parties.Contact"), "kind": "references"}
    call = told("a.Call", many, presentation=shown("calendar"))
    contact = told("parties.Contact", presentation=shown("customers"))
    catalog = Catalog({"entities": [call, contact]})
    [tab] = catalog.related(next(each for each in catalog if each.slug == "contacts"))
    assert tab.filter("7") == 'contact_ids:"7"'
    assert parse(tab.filter("7"))


def test_a_member_goes_by_the_name_of_whom_it_joins() -> None:
    """W21: never by its state; whom the person may not see is called so."""
    joins = [reference("contact_id", "parties.Contact"), reference("lead_id", "parties.Lead")]
    member = Entity.read(
        told(
            "a.Member",
            *joins,
            {"name": "state"},
            title_field="state",
            presentation=shown(named_after=["contact_id", "lead_id"]),
        )
    )
    record = {"lead_id": "7", "state": "Planned"}
    assert member.title_of(record, {("parties.Lead", "7"): "Ana"}) == "Ana"
    assert member.title_of(record, {}) == "Not visible to you"
