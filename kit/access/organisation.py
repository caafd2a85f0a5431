"""The organisation as the policy describes it: the role tree, who is in which group, who stands below whom."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from kit.access.entities import Standing
from kit.access.entries import (
    ChoiceList,
    ChoiceValue,
    Default,
    DuplicateRule,
    Group,
    Person,
    Profile,
    Role,
    Rule,
)
from kit.access.tags import TagSet
from kit.custom_fields.definition import CustomField
from kit.custom_fields.fields import list_of
from kit.entity import Level

EVERYONE = 0
"""The key that everybody holds; identity's sequence starts above it."""

PARENT = "parent"
"""The openness of an entity whose rows are as open as what they hang on."""

Principal = tuple[str, UUID]

_OPEN = {"read": Level.READ, "edit": Level.EDIT, "full": Level.FULL}


class Organisation:
    """One state of the policy; immutable, so that everything derived from it may be remembered."""

    def __init__(self, parts: dict[str, dict[str, Any]], epoch: int) -> None:
        self.epoch = epoch
        self.people: dict[UUID, Person] = _by_id(parts["person"])
        self.roles: dict[UUID, Role] = _by_id(parts["role"])
        self.profiles: dict[UUID, Profile] = _by_id(parts["profile"])
        self.groups: dict[UUID, Group] = _by_id(parts["group"])
        self._named: Mapping[str, Mapping[UUID, Any]] = {
            "person": self.people,
            "role": self.roles,
            "profile": self.profiles,
            "group": self.groups,
        }
        self.rules: list[Rule] = list(parts["rule"].values())
        self.defaults: dict[str, str] = {each.entity: each.level for each in _defaults(parts)}
        self.choices: dict[str, ChoiceList] = {each.name: each for each in parts["choice"].values()}
        self.custom: dict[str, tuple[CustomField, ...]] = _by_entity(parts["custom_field"].values())
        self.choices |= _own_lists(parts["custom_field"].values())
        self.tags = TagSet(_by_id(parts["tag"]), _by_id(parts["tag_category"]))
        self.duplicates = _rules_by_entity(parts["duplicate_rule"].values())
        self._stand_for: dict[UUID, frozenset[Principal]] = {}

    def name_of(self, entity: str, id: UUID) -> str:
        """What a person, role, profile or group is called, by the entity that it is at its owner."""
        held = self._named.get(entity.rpartition(".")[2].lower(), {})
        return held[id].name if id in held else ""

    def gone_of(self, entity: str) -> frozenset[str]:
        """The keys of the custom fields of an entity that were deleted."""
        defined = self.custom.get(entity, ())
        standing = {key for each in defined if not each.gone for key in each.keys}
        return frozenset(key for each in defined if each.gone for key in each.keys) - standing

    @cached_property
    def children(self) -> dict[UUID, list[UUID]]:
        """The roles right below each role."""
        below: dict[UUID, list[UUID]] = {}
        for role_id, role in self.roles.items():
            if role.parent_id is not None:
                below.setdefault(role.parent_id, []).append(role_id)
        return below

    @cached_property
    def holders(self) -> dict[UUID, list[UUID]]:
        """The people who hold each role."""
        holding: dict[UUID, list[UUID]] = {}
        for person_id, person in self.people.items():
            for role_id in person.role_ids:
                holding.setdefault(role_id, []).append(person_id)
        return holding

    def has_left(self, person_id: UUID) -> bool:
        """Whether somebody is known here, but works here no more."""
        person = self.people.get(person_id)
        return person is not None and person.status != "active"

    def below(self, role_id: UUID) -> set[UUID]:
        """The roles under a role, itself apart."""
        found: set[UUID] = set()
        waiting = list(self.children.get(role_id, ()))
        while waiting:
            role = waiting.pop()
            if role not in found:
                found.add(role)
                waiting.extend(self.children.get(role, ()))
        return found - {role_id}

    def above(self, role_id: UUID) -> list[UUID]:
        """A role and those over it, nearest first."""
        path: list[UUID] = []
        current: UUID | None = role_id
        while current is not None and current in self.roles and current not in path:
            path.append(current)
            current = self.roles[current].parent_id
        return path

    def subordinates(self, person_id: UUID) -> set[UUID]:
        """The people who hold a role below one of this person's roles."""
        roles = {low for role in self._roles(person_id) for low in self.below(role)}
        return {held for role in roles for held in self.holders.get(role, ())} - {person_id}

    def roles_below(self, person_id: UUID) -> set[UUID]:
        """The roles below this person's roles."""
        return {low for role in self._roles(person_id) for low in self.below(role)}

    def _roles(self, person_id: UUID) -> tuple[UUID, ...]:
        person = self.people.get(person_id)
        return person.role_ids if person else ()

    def members(self, kind: str, principal_id: UUID) -> set[UUID]:
        """The people whom a person, role, role and below, or group stands for."""
        match kind:
            case "person":
                return {principal_id}
            case "role":
                return set(self.holders.get(principal_id, ()))
            case "role_and_below":
                roles = {principal_id} | self.below(principal_id)
                return {held for role in roles for held in self.holders.get(role, ())}
            case "group":
                return set(self._in_group(principal_id, set()))
        return set()

    def _in_group(self, group_id: UUID, seen: set[UUID]) -> Iterator[UUID]:
        group = self.groups.get(group_id)
        if group is None or group_id in seen:
            return
        seen.add(group_id)
        yield from group.person_ids
        for kind, ids in (("role", group.role_ids), ("role_and_below", group.role_and_below_ids)):
            for role_id in ids:
                yield from self.members(kind, role_id)
        for inner in group.group_ids:
            yield from self._in_group(inner, seen)

    @cached_property
    def groups_of(self) -> dict[UUID, set[UUID]]:
        """The groups in which each person is, directly or through roles and other groups."""
        groups: dict[UUID, set[UUID]] = {}
        for group_id in self.groups:
            for person_id in self.members("group", group_id):
                groups.setdefault(person_id, set()).add(group_id)
        return groups

    @cached_property
    def groups_of_roles(self) -> dict[UUID, set[UUID]]:
        """The groups that name each role, whether anybody holds it or not."""
        groups: dict[UUID, set[UUID]] = {}
        for group_id in self.groups:
            for role_id in self._roles_in_group(group_id, set()):
                groups.setdefault(role_id, set()).add(group_id)
        return groups

    def _roles_in_group(self, group_id: UUID, seen: set[UUID]) -> Iterator[UUID]:
        group = self.groups.get(group_id)
        if group is None or group_id in seen:
            return
        seen.add(group_id)
        yield from (*group.role_ids, *group.role_and_below_ids)
        for inner in group.group_ids:
            yield from self._roles_in_group(inner, seen)

    def profiles_of(self, person_id: UUID) -> list[Profile]:
        """A person's own profiles and those of the roles held."""
        person = self.people.get(person_id)
        if person is None or person.status != "active":
            return []
        ids = {*person.profile_ids, *self._profiles_of_roles(person.role_ids)}
        return [self.profiles[each] for each in ids if each in self.profiles]

    def _profiles_of_roles(self, role_ids: Iterable[UUID]) -> Iterator[UUID]:
        for role_id in role_ids:
            if role_id in self.roles:
                yield from self.roles[role_id].profile_ids

    # What is granted, and whom it reaches.

    def default_of(self, record: Standing) -> str:
        """How open an entity is to everybody."""
        return self.defaults.get(record.entity, record.default_access)

    def opens(self, record: Standing, level: Level) -> bool:
        """Whether an entity is open to everybody as far as this level."""
        default = self.default_of(record)
        return default in _OPEN and _OPEN[default].includes(level)

    def key_of(self, kind: str, principal_id: UUID) -> int | None:
        """The number under which rows are shared with a principal."""
        match kind:
            case "person":
                person = self.people.get(principal_id)
                return person.share_key if person else None
            case "group":
                group = self.groups.get(principal_id)
                return group.share_key if group else None
            case "role" | "role_and_below":
                role = self.roles.get(principal_id)
                return (role.share_key if kind == "role" else role.tree_key) if role else None
        return None

    def share_keys(self, principals: Iterable[Principal]) -> set[int]:
        """The numbers under which rows are shared with any of them."""
        keys = (self.key_of(kind, each) for kind, each in principals)
        return {key for key in keys if key is not None}

    def own_keys(self, people: Iterable[UUID]) -> set[int]:
        """The numbers of what any of these people own."""
        return {self.people[each].own_key for each in people if each in self.people}

    def is_meant(self, person_id: UUID, kind: str, principal_id: UUID) -> bool:
        """Whether what a principal is granted reaches this person, as a member or from above."""
        return (kind, principal_id) in self.stands_for(person_id)

    def stands_for(self, person_id: UUID) -> frozenset[Principal]:
        """Every principal whose shares reach this person: whoever stands above a grantee gets them too."""
        known = self._stand_for.get(person_id)
        if known is None:
            known = self._stand_for[person_id] = frozenset(self._principals(person_id))
        return known

    def counted_among(self, person_id: UUID) -> Iterator[Principal]:
        """Every principal that a person is one of, whoever stands below."""
        yield "person", person_id
        yield from (("group", group) for group in self.groups_of.get(person_id, ()))
        person = self.people.get(person_id)
        for role_id in person.role_ids if person else ():
            yield "role", role_id
            yield from (("role_and_below", above) for above in self.above(role_id))

    def _principals(self, person_id: UUID) -> Iterator[Principal]:
        for each in {person_id} | self.subordinates(person_id):
            yield from self.counted_among(each)
        for role_id in self.roles_below(person_id):
            yield "role", role_id
            yield "role_and_below", role_id
            yield from (("group", group) for group in self.groups_of_roles.get(role_id, ()))


def _by_id(parts: dict[str, Any]) -> dict[UUID, Any]:
    return {UUID(each): part for each, part in parts.items()}


def _defaults(parts: dict[str, dict[str, Any]]) -> Iterable[Default]:
    return parts["default"].values()


def _by_entity(defined: Iterable[CustomField]) -> dict[str, tuple[CustomField, ...]]:
    """Definitions by entity, in an order that is the same after any change of something else."""
    found: dict[str, tuple[CustomField, ...]] = {}
    for each in sorted(defined, key=lambda each: (each.entity, each.key, each.gone)):
        found[each.entity] = (*found.get(each.entity, ()), each)
    return found


def _rules_by_entity(rules: Iterable[DuplicateRule]) -> dict[str, tuple[DuplicateRule, ...]]:
    """What is taken for the same, in an order that is the same after any change of something else."""
    found: dict[str, tuple[DuplicateRule, ...]] = {}
    for each in sorted(rules, key=lambda each: each.id):
        found[each.entity] = (*found.get(each.entity, ()), each)
    return found


def _own_lists(defined: Iterable[CustomField]) -> dict[str, ChoiceList]:
    """The lists that custom fields have for themselves, beside those that fields share."""
    own = (each for each in defined if each.values and not each.list_name and not each.gone)
    return {list_of(each): ChoiceList(list_of(each), _values(each)) for each in own}


def _values(defined: CustomField) -> tuple[ChoiceValue, ...]:
    return tuple(ChoiceValue(each.value, each.caption, each.retired) for each in defined.values)
