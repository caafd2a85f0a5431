"""A field that tells another entity's is declared a copy of it, so that hiding the original hides both."""

from collections.abc import Iterator

from kit.access.profiles import WHOLE, _sources, _sources_elsewhere
from tests.entities.cases import CASES


def copies() -> Iterator[tuple[str, str, str]]:
    """Every declared copy: what it is, and the entity and the field of the original."""
    for entity, case in CASES.items():
        for name, known in case.record.fields.items():
            for original in known.said.copy_of:
                source, _, field = original.rpartition(".")
                yield f"{entity}.{name}", source, field


def test_a_copy_names_a_field_that_profiles_can_hide() -> None:
    """S6: one that names nothing, a part or another copy would hide nothing."""
    assert list(copies())
    for name, source, field in copies():
        assert field == WHOLE or field in CASES[source].record.fields, name
        known = CASES[source].record.fields.get(field)
        assert known is None or not (known.said.part_of or known.said.copy_of), name


def test_whoever_keeps_such_a_field_elsewhere_knows_what_it_is_a_copy_of() -> None:
    """Where the entity is not at home the contract says it: a kept copy is hidden with its original."""
    for entity, case in CASES.items():
        elsewhere = _sources_elsewhere(entity)
        told = {name: each for name, each in _sources(entity).items() if name in case.shape.fields}
        assert {name: elsewhere[name] for name in told} == told
