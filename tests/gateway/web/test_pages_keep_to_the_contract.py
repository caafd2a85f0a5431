"""What the pages say of the entities is what the contract says."""

import pytest

from gateway.backends import Resource, resources
from gateway.web.areas import AREAS, ICONS, INSIDE, SETTINGS
from gateway.web.details import FACTS
from gateway.web.home import PANELS
from gateway.web.looking import SEARCHED
from gateway.web.verbs import ACTIONS
from gateway.web.views import SPECIAL
from kit.query import names, parse

CONTRACT: dict[str, Resource] = {resource.entity: resource for resource in resources()}


def fields_of(entity: str) -> set[str]:
    return {field.name for field in CONTRACT[entity].message.fields}


def test_every_entity_that_the_pages_name_exists() -> None:
    named = {name for area in AREAS for name in area.entities} | {*ICONS, *INSIDE, *SETTINGS}
    named |= {*SEARCHED, *SPECIAL, *FACTS, *ACTIONS} | {panel.entity for panel in PANELS}
    assert named - CONTRACT.keys() == set()


@pytest.mark.parametrize("entity", ACTIONS)
def test_every_verb_asks_for_what_its_message_holds(entity: str) -> None:
    for action in ACTIONS[entity]:
        asked = {
            field.name
            for field in CONTRACT[entity].verb(action.verb.name).request.DESCRIPTOR.fields
        }
        assert {field.name for field in action.verb.fields} <= asked


@pytest.mark.parametrize("entity", SPECIAL)
def test_every_built_in_view_filters_by_fields_that_exist(entity: str) -> None:
    for view in SPECIAL[entity]:
        ordered = {part.split()[0] for part in view.order_by.split(",") if part.strip()}
        assert names(parse(view.filter)) | ordered | {*view.needs} <= fields_of(entity)


@pytest.mark.parametrize("entity", FACTS)
def test_the_facts_beside_a_title_are_fields(entity: str) -> None:
    assert {*FACTS[entity]} <= fields_of(entity)
