"""What profiles let somebody do with an entity, and how much of its fields they show; of several the widest."""

from collections.abc import Mapping, Sequence

from kit.access.entities import standing_of
from kit.access.entries import Profile
from kit.access.limits import ORDER, limits_of
from kit.entity import Governs

ACTIONS = ("view", "create", "edit", "delete", "view_all", "edit_all")
READING = frozenset({"view", "view_all"})


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
    said = [limits_of(each.fields, entity) for each in viewing or held]
    named = {name for limit in said for name in limit}
    best = {
        name: max((limit.get(name, "edit") for limit in said), key=ORDER.__getitem__)
        for name in named
    }
    return {name: access for name, access in best.items() if access != "edit"}
