"""How profiles treat the fields of one entity: what counts of several, and what follows from it elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kit.access.entities import at_home
from kit.access.entries import FieldAccess
from kit.wire.contract import facts_of
from kit.wire.options import copies_of, part_of

ORDER: Mapping[str, int] = {"hidden": 0, "read": 1, "edit": 2}
WHOLE = "*"
"""Stands for all fields of an entity, for what tells the whole of a record."""


def limits_of(said: Iterable[FieldAccess], entity: str) -> dict[str, str]:
    """The access to each field that a profile names; a whole and its parts are treated alike.

    Identity takes no profile that names a part. One that was stored before it knew of the parts
    means the whole: what hides a first name must not show it in the name.
    """
    limits = {each.field: each.access for each in said if each.entity == entity}
    for family in _families(entity):
        if named := [limits[name] for name in family if name in limits]:
            limits |= dict.fromkeys(family, min(named, key=ORDER.__getitem__))
    return limits


def hidden_copies(
    entity: str, limits_elsewhere: Callable[[str], Mapping[str, str]]
) -> Iterator[str]:
    """The fields that tell what is hidden in the entity they were copied from."""
    for name, sources in _sources(entity).items():
        for original in sources.originals:
            source, _, field = original.rpartition(".")
            limits = limits_elsewhere(source)
            if limits.get(field) == "hidden" or (field == WHOLE and "hidden" in limits.values()):
                yield name


def _families(entity: str) -> Iterable[set[str]]:
    """Each whole with its parts."""
    families: dict[str, set[str]] = {}
    for name, sources in _sources(entity).items():
        if sources.whole:
            families.setdefault(sources.whole, {sources.whole}).add(name)
    return families.values()


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a field comes from: the whole that it is a part of, and what it is a copy of."""

    whole: str
    originals: Sequence[str]


def _sources(entity: str) -> Mapping[str, _Sources]:
    """By field; as its class says it, or the contract of an entity that is at home elsewhere."""
    if (record := at_home().get(entity)) is not None:
        fields = record.fields.items()
        return {name: _Sources(each.said.part_of, each.said.copy_of) for name, each in fields}
    return _sources_elsewhere(entity)


@cache
def _sources_elsewhere(entity: str) -> Mapping[str, _Sources]:
    facts = facts_of(entity)
    return {
        name: _Sources(part_of(known), copies_of(known))
        for name, known in (facts.fields if facts else {}).items()
    }
