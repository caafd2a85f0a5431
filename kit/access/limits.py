"""How profiles treat the fields of one entity: what counts of several, and what follows from it elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from kit.access.entries import FieldAccess
from kit.entity import Field, Record

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
    for name, known in _fields(entity).items():
        for original in known.said.copy_of:
            source, _, field = original.rpartition(".")
            limits = limits_elsewhere(source)
            if limits.get(field) == "hidden" or (field == WHOLE and "hidden" in limits.values()):
                yield name


def _families(entity: str) -> Iterable[set[str]]:
    """Each whole with its parts."""
    families: dict[str, set[str]] = {}
    for name, known in _fields(entity).items():
        if whole := known.said.part_of:
            families.setdefault(whole, {whole}).add(name)
    return families.values()


def _fields(entity: str) -> Mapping[str, Field]:
    """The fields of an entity; none where it is not at home."""
    found = (each for each in Record.__subclasses__() if each.__dict__.get("entity") == entity)
    record = next(found, None)
    return record.fields if record else {}
