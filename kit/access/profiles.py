"""What profiles let somebody do with an entity, and how much of its fields they show; of several the widest."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kit.access.entities import at_home, standing_of
from kit.access.entries import FieldAccess, Profile
from kit.entity import Governs
from kit.wire.contract import facts_of
from kit.wire.options import copies_of, part_of

ACTIONS = ("view", "create", "edit", "delete", "view_all", "edit_all", "export")
READING = frozenset({"view", "view_all"})
ORDER: Mapping[str, int] = {"hidden": 0, "read": 1, "edit": 2}
WHOLE = "*"
"""Stands for all fields of an entity, for what tells the whole of a record."""


def rights(held: Sequence[Profile], entity: str) -> frozenset[str]:
    """The actions that these profiles allow on an entity; none where all of them hide it."""
    if all(hides(profile, entity) for profile in held):
        return frozenset()
    governs = standing_of(entity).governed_by
    return frozenset().union(*(allowed(profile, entity, governs) for profile in held))


def hides(profile: Profile, entity: str) -> bool:
    """Whether a profile hides an entity, by itself or with its whole service."""
    return entity in profile.hidden_modules or entity.partition(".")[0] in profile.hidden_modules


def hidden_modules(held: Sequence[Profile]) -> frozenset[str]:
    """The modules, services or single entities, that all of these profiles hide."""
    hidden = [frozenset(profile.hidden_modules) for profile in held]
    return frozenset.intersection(*hidden) if hidden else frozenset()


def allowed(profile: Profile, entity: str, governs: str) -> frozenset[str]:
    """What a profile says of an entity: by its own line, else by the line that governs it.

    `*` lets everybody look at what configures the organisation, and change none of it.
    """
    lines = {permission.entity: permission for permission in profile.permissions}
    if line := lines.get(entity, lines.get(governs)):
        return frozenset(action for action in ACTIONS if getattr(line, action))
    line = lines.get(Governs.RECORDS)
    return frozenset(action for action in READING if line and getattr(line, action))


def limits(held: Sequence[Profile], entity: str) -> Mapping[str, str]:
    """The most generous of the profiles that let the entity be viewed, or of all when none does."""
    governs = standing_of(entity).governed_by
    viewing = [each for each in held if "view" in allowed(each, entity, governs)]
    said = [_limits_of(each.fields, entity) for each in viewing or held]
    named = {name for limit in said for name in limit}
    best = {
        name: max((limit.get(name, "edit") for limit in said), key=ORDER.__getitem__)
        for name in named
    }
    return {name: access for name, access in best.items() if access != "edit"}


def _limits_of(said: Iterable[FieldAccess], entity: str) -> dict[str, str]:
    """The access to each field that a profile names; a whole and its parts are treated alike.

    Identity takes no profile that names a part. One that was stored before it knew of the parts
    means the whole: what hides a first name must not show it in the name.
    """
    return of_wholes(
        {each.field: each.access for each in said if each.entity == entity}, _families(entity)
    )


def of_wholes(limits: Mapping[str, str], families: Iterable[Collection[str]]) -> dict[str, str]:
    """The same limit for a whole and all its parts: the narrowest that is said of any of them."""
    found = dict(limits)
    for family in families:
        if named := [limits[name] for name in family if name in limits]:
            found |= dict.fromkeys(family, min(named, key=ORDER.__getitem__))
    return found


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
