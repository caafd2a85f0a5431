"""What each person may reach, worked out from the organisation and remembered until it changes.

A row carries `keys`: one for its owner and one for each share. A person carries a set of keys too,
and sees the row when the two meet. Keys of owners and keys of shares are different numbers for the
same person, or a rule that opens somebody's own rows would open what others shared with them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from kit.access import profiles
from kit.access.entities import Standing, standing_of
from kit.access.entries import KINDS
from kit.access.inheritance import Way, any_of, numbers
from kit.access.limits import hidden_copies
from kit.access.organisation import Organisation
from kit.access.reach import Reach
from kit.actor import Actor
from kit.entity import Audience, Level, Record

T = TypeVar("T")

EVERYONE = 0
"""The key that everybody holds; identity's sequence starts above it."""

PARENT = "parent"
"""The openness of an entity whose rows are as open as what they hang on."""

Ways = dict[Way, tuple[int, ...] | None]
"""Keys by the way on which they count; None where every row of the way is reached."""

_OPEN = {"read": Level.READ, "edit": Level.EDIT, "full": Level.FULL}
_NEEDED = {
    Level.READ: frozenset({"view"}),
    Level.EDIT: frozenset({"edit"}),
    Level.FULL: frozenset({"edit", "delete"}),
}


class Policy:
    """The policy as this process knows it."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self.organisation = Organisation(self._parts, 0)
        self._remembered: dict[Any, Any] = {}

    @property
    def epoch(self) -> int:
        return self.organisation.epoch

    def learn(self, items: Iterable[tuple[str, str, Any | None]], epoch: int) -> None:
        """Takes in parts (kind, id, body or None when removed) and forgets what was derived before."""
        for kind, part_id, part in items:
            if part is None:
                self._parts[kind].pop(part_id, None)
            else:
                self._parts[kind][part_id] = part
        self.organisation = Organisation(self._parts, epoch)
        self._remembered = {}

    def foreseen(self, items: Iterable[tuple[str, str, Any | None]], epoch: int) -> "Policy":
        """The policy as it would be with these parts; this one stays as it is."""
        other = Policy()
        other._parts = {kind: dict(parts) for kind, parts in self._parts.items()}
        other.learn(items, epoch)
        return other

    def _once(self, key: tuple[Any, ...], work: Callable[[], T]) -> T:
        known = self._remembered
        if key not in known:
            known[key] = work()
        made: T = known[key]
        return made

    # What may be done with an entity at all.

    def rights(self, actor: Actor, entity: str) -> frozenset[str]:
        """The actions that the caller's profiles allow on an entity."""
        if actor.person_id is None:
            return frozenset(profiles.ACTIONS if actor.unlimited else ())
        person_id = actor.person_id
        return self._once(("rights", person_id, entity), lambda: self._rights(person_id, entity))

    def _rights(self, person_id: UUID, entity: str) -> frozenset[str]:
        return profiles.rights(self.organisation.profiles_of(person_id), entity)

    def hidden_modules(self, actor: Actor) -> frozenset[str]:
        """The modules, services or single entities, that all of the caller's profiles hide."""
        held = self.organisation.profiles_of(actor.person_id) if actor.person_id else []
        return profiles.hidden_modules(held)

    # Which fields.

    def field_access(self, actor: Actor, entity: str) -> Mapping[str, str]:
        """The fields that the caller may not edit: `hidden` or `read`; all others are free."""
        if actor.person_id is None:
            return {}
        person_id = actor.person_id
        return self._once(("fields", person_id, entity), lambda: self._fields(person_id, entity))

    def _fields(self, person_id: UUID, entity: str) -> Mapping[str, str]:
        """What profiles say of the entity, and what is hidden with the fields that it repeats."""
        copies = hidden_copies(entity, lambda source: self._limits(person_id, source))
        return {**self._limits(person_id, entity), **dict.fromkeys(copies, "hidden")}

    def _limits(self, person_id: UUID, entity: str) -> Mapping[str, str]:
        return profiles.limits(self.organisation.profiles_of(person_id), entity)

    # Which rows.

    def reach(self, actor: Actor, record: Standing, level: Level) -> Reach:
        """The rows of an entity that the caller may read, edit, or hand over and delete."""
        if actor.person_id is None:
            return Reach(all=actor.unlimited)
        person_id = actor.person_id
        return self._once(
            ("reach", person_id, record.entity, level),
            lambda: self._reach(person_id, actor, record, level),
        )

    def _reach(self, person_id: UUID, actor: Actor, record: Standing, level: Level) -> Reach:
        if _NEEDED[level].isdisjoint(self.rights(actor, record.entity)):
            return Reach(all=False)
        return self._rows(person_id, actor, record, level)

    def _rows(self, person_id: UUID, actor: Actor, record: Standing, level: Level) -> Reach:
        """The rows alone, whether or not the profiles let the entity be edited or deleted."""
        if record.confidential:
            return self._confidential(person_id)
        all_rows = "view_all" if level is Level.READ else "edit_all"
        if all_rows in self.rights(actor, record.entity) or self.opens(record, level):
            return Reach(all=True)
        ways = self._inherited(person_id, actor, record, level)
        if ways is None:
            return Reach(all=True)
        owners = self._owners(person_id, record.entity, level)
        owned = self._own_keys(owners)
        shared = self._shared(person_id) | {EVERYONE}
        return Reach(
            False,
            tuple(sorted(owned | shared)),
            tuple(owners),
            tuple(sorted(shared)),
            tuple(sorted(_numbers(ways, level))),
        )

    def _own_keys(self, people: Iterable[UUID]) -> set[int]:
        found = (self.organisation.people.get(each) for each in people)
        return {person.own_key for person in found if person}

    def default_of(self, record: Standing) -> str:
        """How open an entity is to the whole organisation."""
        return self.organisation.defaults.get(record.entity, record.default_access)

    def opens(self, record: Standing, level: Level) -> bool:
        """Whether an entity is open to the whole organisation as far as this level."""
        default = self.default_of(record)
        return default in _OPEN and _OPEN[default].includes(level)

    def _inherited(
        self, person_id: UUID, actor: Actor, record: Standing, level: Level
    ) -> "Ways | None":
        """The ways by which rows are reached through what they hang on; None when that is all rows."""
        if self.default_of(record) != PARENT:
            return {}
        ways: Ways = {}
        for parent in record.parents:
            if "view" not in self.rights(actor, parent):
                continue
            above_it = standing_of(parent)
            rows = self._rows(person_id, actor, above_it, level)
            ways[(parent,)] = None if rows.all else rows.keys
            if not rows.all:
                above = self._inherited(person_id, actor, above_it, level) or {}
                ways |= {(parent, *way): keys for way, keys in above.items()}
        every = all((parent,) in ways and ways[(parent,)] is None for parent in record.parents)
        return None if every and record.parents else ways

    def _owners(self, person_id: UUID, entity: str, level: Level) -> set[UUID]:
        """The people whose rows this person reaches because they own them."""
        owners = {person_id} | self.organisation.subordinates(person_id)
        for rule in self.organisation.rules:
            if (
                rule.entity == entity
                and Level(rule.level).includes(level)
                and self.is_meant(person_id, rule.target_kind, rule.target_id)
            ):
                owners |= self.organisation.members(rule.source_kind, rule.source_id)
        return owners

    def is_meant(self, person_id: UUID, kind: str, principal_id: UUID) -> bool:
        """Whether what a principal is granted reaches this person, as a member or from above."""
        return (kind, principal_id) in self._stands_for(person_id)

    def _shared(self, person_id: UUID) -> set[int]:
        """The share keys that this person holds, those of subordinates included."""
        keys = (self.key_of(kind, each) for kind, each in self._stands_for(person_id))
        return {key for key in keys if key is not None}

    def _stands_for(self, person_id: UUID) -> frozenset[tuple[str, UUID]]:
        """Every principal whose shares reach this person: whoever stands above a grantee gets them too."""
        return self._once(("stands", person_id), lambda: frozenset(self._principals(person_id)))

    def _confidential(self, person_id: UUID) -> Reach:
        """Nobody reaches what is confidential by standing above somebody, or by a profile."""
        person = self.organisation.people.get(person_id)
        shared = (EVERYONE, person.share_key) if person else (EVERYONE,)
        own = (person.own_key,) if person else ()
        return Reach(False, (*own, *shared), (person_id,), shared)

    def _principals(self, person_id: UUID) -> Iterator[tuple[str, UUID]]:
        organisation = self.organisation
        for each in {person_id} | organisation.subordinates(person_id):
            yield "person", each
            yield from (("group", group) for group in organisation.groups_of.get(each, ()))
            person = organisation.people.get(each)
            for role_id in person.role_ids if person else ():
                yield "role", role_id
                yield from (("role_and_below", above) for above in organisation.above(role_id))
        for role_id in organisation.roles_below(person_id):
            yield "role", role_id
            yield "role_and_below", role_id
            yield from (("group", group) for group in organisation.groups_of_roles.get(role_id, ()))

    # What a row carries.

    def key_of(self, kind: str, principal_id: UUID) -> int | None:
        """The number under which rows are shared with a principal."""
        organisation = self.organisation
        match kind:
            case "person":
                person = organisation.people.get(principal_id)
                return person.share_key if person else None
            case "group":
                group = organisation.groups.get(principal_id)
                return group.share_key if group else None
            case "role" | "role_and_below":
                role = organisation.roles.get(principal_id)
                return (role.share_key if kind == "role" else role.tree_key) if role else None
        return None

    def row_keys(self, record: Record, shares: Iterable[Audience]) -> Mapping[Level, list[int]]:
        """The keys of a row with these shares, by the level that they open."""
        owner = self.organisation.people.get(record.owner_id) if record.owner_id else None
        owned = {owner.own_key} if owner else set()
        grants = [
            (self._grant_key(each), Level(each.level)) for each in (*record.audience(), *shares)
        ]
        return {
            level: sorted(
                owned | {key for key, held in grants if key is not None and held.includes(level)}
            )
            for level in Level
        }

    def _grant_key(self, grant: Audience) -> int | None:
        if grant.kind == "everyone":
            return EVERYONE
        return self.key_of(grant.kind, grant.id) if grant.id else None


def _numbers(ways: Ways, level: Level) -> Iterator[int]:
    for way, keys in ways.items():
        yield from [any_of(way)] if keys is None else numbers(way, level, keys)
