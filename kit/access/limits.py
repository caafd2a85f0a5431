"""How one profile treats the fields of one entity, and what of it counts when several say something."""

from collections.abc import Iterable, Mapping

from kit.access.entries import FieldAccess
from kit.entity import Record

ORDER: Mapping[str, int] = {"hidden": 0, "read": 1, "edit": 2}


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


def _families(entity: str) -> Iterable[set[str]]:
    """Each whole with its parts; none where the entity is not at home."""
    found = (each for each in Record.__subclasses__() if each.__dict__.get("entity") == entity)
    record = next(found, None)
    families: dict[str, set[str]] = {}
    for name, known in record.fields.items() if record else ():
        if whole := known.said.part_of:
            families.setdefault(whole, {whole}).add(name)
    return families.values()
