"""The tabs of records that name the one whose page it is: what stands in them, and how they are asked for."""

from types import SimpleNamespace
from typing import Any

import pytest

from gateway.web.described.catalog import Catalog
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Presenter
from gateway.web.record.page import _related, tabs_of

SPRING, ANA = "01a20009-c19e-7a5d-a06b-e61b9c88d255", "01a20009-c19e-7a5d-a06b-e61b9c88d256"
PRESENT = Presenter.of({"locale": "en_GB", "time_zone": "UTC"}, {})
TITLES = {
    ("marketing.Campaign", SPRING): "Spring fair",
    ("customers.Contact", ANA): "Ana Pop",
    ("customers.Lead", ANA): "Ana Pop",
}


def an_entity(name: str, plural: str, *fields: dict[str, Any], **shown: Any) -> dict[str, Any]:
    presentation = {"area": "customers", **shown}
    return {
        "entity": name,
        "label": name,
        "plural": plural,
        "rights": ["view"],
        "fields": [{"name": "name", "kind": "text", "listed": True}, *fields],
        "presentation": presentation,
    }


def naming(name: str, target: str, **more: Any) -> dict[str, Any]:
    label = name.removesuffix("_id").capitalize()
    known = {"name": name, "label": label, "kind": "reference", "target": target, "listed": True}
    return known | more


CATALOG = Catalog(
    {
        "entities": [
            an_entity("customers.Contact", "Contacts"),
            an_entity("customers.Lead", "Leads"),
            an_entity("marketing.Campaign", "Campaigns"),
            an_entity(
                "marketing.Member",
                "Members",
                naming("campaign_id", "marketing.Campaign"),
                naming("contact_id", "customers.Contact"),
                naming("lead_id", "customers.Lead"),
                named_after=["contact_id", "lead_id"],
            ),
            an_entity(
                "agenda.Note",
                "Notes",
                naming("contact_ids", "customers.Contact", kind="references"),
                touches=["contact_ids"],
            ),
        ]
    }
)


def tab_on(page: str, plural: str) -> tuple[Any, Any]:
    entity = CATALOG.by_name(page)
    visit: Any = SimpleNamespace(catalog=CATALOG, entity=entity, presenter=PRESENT)
    return visit, next(tab for tab in tabs_of(visit) if tab.entity.plural == plural)


@pytest.mark.parametrize("name", ["contact_id", "lead_id"])
def test_members_on_the_page_of_a_person_go_by_their_campaign(name: str) -> None:
    """B6: the person's own name stood under the head of another column."""
    page = {"contact_id": "customers.Contact", "lead_id": "customers.Lead"}[name]
    visit, tab = tab_on(page, "Members")
    member = {"id": ANA, "campaign_id": SPRING, name: ANA}
    answers = {tab.key: {"items": [member]}}
    shown = _related(visit, [tab], tab, answers, TITLES)
    heads = [field.label for field in shown["related_fields"]]
    cells = [cell.text for cell in shown["related"][0].cells]
    assert dict(zip(heads, cells, strict=True))["Campaign"] == "Spring fair"
    assert "Ana Pop" not in cells


def test_members_on_the_page_of_a_campaign_go_by_the_person() -> None:
    """B6"""
    visit, tab = tab_on("marketing.Campaign", "Members")
    member = {"id": ANA, "campaign_id": SPRING, "lead_id": ANA}
    shown = _related(visit, [tab], tab, {tab.key: {"items": [member]}}, TITLES)
    assert shown["related"][0].cells[0].text == "Ana Pop"


def test_what_touches_a_record_is_asked_for_at_once() -> None:
    """B5: by what hangs on the record too, and not by the one reference that makes the tab."""
    _, tab = tab_on("customers.Contact", "Notes")
    assert isinstance(tab.entity, Entity)
    assert tab.filter(ANA) == f'touches:"{ANA}"'
