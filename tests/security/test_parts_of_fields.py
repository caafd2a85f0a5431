"""A field that repeats others keeps them together: nobody hides a part and shows the whole."""

from services.identity.composed_fields import WHOLES
from tests.entities.cases import CASES


def test_identity_knows_every_part_that_an_entity_declares() -> None:
    """A profile is refused by identity, which cannot ask the declarations of other services."""
    declared: dict[str, dict[str, str]] = {}
    for entity, case in CASES.items():
        for name, known in case.record.fields.items():
            if whole := known.said.part_of:
                declared.setdefault(entity, {})[name] = whole
    assert declared == WHOLES


def test_a_part_names_a_field_of_its_own_entity_that_is_no_part_itself() -> None:
    for entity, parts in WHOLES.items():
        fields = CASES[entity].record.fields
        assert parts.keys() <= fields.keys()
        assert all(whole in fields and whole not in parts for whole in parts.values())
