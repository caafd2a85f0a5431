"""What one caller may do with one entity: asked of the policy once, and handed down."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from uuid import UUID

from kit.access import profiles
from kit.access.entities import Standing, at_home, standing_of
from kit.access.inheritance import CLOSED, PRIVATE, Way, privately
from kit.access.organisation import EVERYONE, PARENT, Organisation
from kit.access.reach import Reach, Ways, taken_over
from kit.custom_fields.definition import CustomField
from kit.custom_fields.fields import PREFIX, custom_fields, names_of
from kit.custom_fields.seen import SeenFields
from kit.entity import Field, Level, Record, Reference, Rows, Tags
from kit.entity.fields import said
from kit.entity.kinds import Custom
from kit.errors import Denied, Invalid

Who = UUID | bool
"""A person, or whether a part of the system may do everything."""

_CUSTOM = said(Custom(), "Custom fields")
_NEEDED = {
    Level.READ: frozenset({"view"}),
    Level.EDIT: frozenset({"edit"}),
    Level.FULL: frozenset({"edit", "delete"}),
}


class Permit:
    """What one caller may do with one entity, in one state of the policy.

    Whatever it is asked is worked out once. It knows nothing of the call and serves all calls of one
    person, until the policy changes and gives new ones to everybody.
    """

    def __init__(self, permits: "Permits", who: Who, standing: Standing) -> None:
        self.person_id = None if isinstance(who, bool) else who
        self._permits, self._who, self._standing = permits, who, standing
        self._organisation = permits.organisation
        self._reaches: dict[Level, Reach] = {}

    @cached_property
    def record(self) -> type[Record]:
        """The entity, which is at home in this process."""
        if isinstance(self._standing, type) and issubclass(self._standing, Record):
            return self._standing
        raise TypeError(f"{self._standing.entity} is at home in another process.")

    def another(self, what: type[Record] | str) -> "Permit":
        """What the same caller may do with another entity, in the same state of the policy."""
        return self._permits[self._who, what]

    @cached_property
    def zone(self) -> str:
        """Where the caller's days begin."""
        person = self._organisation.people.get(self.person_id) if self.person_id else None
        return person.time_zone if person else "UTC"

    # What may be done with the entity at all.

    @cached_property
    def rights(self) -> frozenset[str]:
        """The actions that the caller's profiles allow."""
        if self.person_id is None:
            return frozenset(profiles.ACTIONS if self._who else ())
        held = self._organisation.profiles_of(self.person_id)
        return profiles.rights(held, self._standing.entity)

    def require(self, action: str) -> None:
        """Refuses an action that the caller's profiles do not hold."""
        if action not in self.rights:
            raise Denied(f"Your profile does not let you {action} {self.record.plural.lower()}.")

    # Which fields.

    @cached_property
    def limits(self) -> Mapping[str, str]:
        """The fields that the caller may not edit: `hidden` or `read`; all others are free.

        What profiles say of the entity, and what is hidden with the fields that it repeats.
        """
        if self.person_id is None:
            return {}
        entity, held = self._standing.entity, self._organisation.profiles_of(self.person_id)
        copies = profiles.hidden_copies(entity, lambda source: profiles.limits(held, source))
        limits = {**profiles.limits(held, entity), **dict.fromkeys(copies, "hidden")}
        return profiles.of_wholes(limits, map(names_of, self._defined))

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The fields that the caller may not see; `custom` stands for all custom ones.

        Nobody sees a custom field whose definition was deleted.
        """
        hidden = frozenset(name for name, limit in self.limits.items() if limit == "hidden")
        gone = self._organisation.gone_of(self._standing.entity)
        return hidden | {f"{PREFIX}{key}" for key in gone} if gone else hidden

    @cached_property
    def shape(self) -> Hashable:
        """The same for all to whom a question reads alike, whatever it names.

        They see the same fields, here and of what is referred to, and where one of them reaches all
        that is referred to, the others do.
        """
        there = map(self.another, _targets(self.record))
        reached = tuple((each.hidden, each.reach(Level.READ).all) for each in there)
        return self.hidden, self._organisation.tags, self.custom.of_entity, reached

    def sees(self, name: str) -> bool:
        """Whether the caller may see a field; `custom` stands for all custom ones."""
        if name in self.hidden:
            return False
        return not (name.startswith(PREFIX) and "custom" in self.hidden)

    def seen(self, names: Iterable[str]) -> tuple[str, ...]:
        """The fields of `names` that the caller may see, in their order."""
        hidden = self.hidden
        return tuple(name for name in names if name not in hidden) if hidden else tuple(names)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that the caller may filter, sort and group by; rows within a record have no order."""
        record = self.record
        fields = {
            name: self.asked(known)
            for name in self.seen(record.fields)
            if not isinstance((known := record.fields[name]).said.kind, Rows)
        }
        return {**fields, **self.custom.fields}

    @cached_property
    def custom(self) -> SeenFields:
        """The fields that administrators added, as the caller sees them."""
        return SeenFields(custom_fields(self.record, self._defined), self.hidden)

    @property
    def _defined(self) -> tuple[CustomField, ...]:
        return self._organisation.custom.get(self._standing.entity, ())

    def asked(self, known: Field) -> Field:
        """A field as people ask for it: for tags by whatever one is or was called."""
        tagged = isinstance(known.said.kind, Tags)
        return replace(known, means=self._organisation.tags.meant) if tagged else known

    def require_doable(
        self, sets: Iterable[str], told: Mapping[str, str], *, changes: bool
    ) -> None:
        """Refuses a verb that sets what the caller may not set, or is told what he may not see.

        `told` says by field which input stands for it. To whoever may not see the field, the input
        reads like one that is not there, as in a filter.
        """
        limits = self.limits
        locked = {name: name for name in sets if name in limits}
        for name, given in told.items():
            if limits.get(name) == "hidden" and name not in locked:
                raise Invalid("", {given: "There is no such field."})
            if changes and name in limits:
                locked.setdefault(name, given)
        if locked:
            raise Denied(
                "", dict.fromkeys(locked.values(), "Your profile does not let you change this.")
            )

    def require_settable(self, names: Collection[str], *, new: bool) -> None:
        """Refuses, by name, every field that the caller may not set."""
        limits, fields = self.limits, self.record.fields
        for name in names:
            if limits.get(name) == "hidden":
                raise Invalid("", {name: "There is no such field."})
            if limits.get(name) == "read":
                raise Denied("", {name: "Your profile lets you read this field but not change it."})
            told = _CUSTOM if name == "custom" else fields[name].said
            if self.person_id and not (told.creatable if new else told.editable):
                raise Invalid("", {name: "This field is filled in by the system; leave it out."})

    # Which rows.

    def reach(self, level: Level) -> Reach:
        """The rows that the caller may read, edit, or hand over and delete."""
        known = self._reaches.get(level)
        if known is None:
            known = self._reach(level) if self.person_id else Reach(all=self._who is True)
            self._reaches[level] = known
        return known

    def _reach(self, level: Level) -> Reach:
        if _NEEDED[level].isdisjoint(self.rights):
            return Reach(all=False)
        return self.rows(level)

    def rows(self, level: Level) -> Reach:
        """The rows alone, whether or not the profiles let the entity be edited or deleted."""
        assert self.person_id is not None  # noqa: S101 - no row is the system's
        if self._standing.confidential:
            return self._confidential(self.person_id)
        ways = self.ways(level)
        everywhere = self._opens(level) or self._opens_above(ways)
        if everywhere and not self._apart:
            return Reach(all=True)
        organisation, person = self._organisation, self.person_id
        shared, owners = privately({EVERYONE, *self.shared_with_caller()}), set[UUID]()
        # Where private rows alone are apart, no other key has to be looked for.
        if not (everywhere and self._apart == PRIVATE):
            owners = self._owners(person, level)
            shared |= {EVERYONE, *organisation.share_keys(organisation.stands_for(person))}
        owned = organisation.own_keys(owners) | privately(organisation.own_keys({person}))
        return Reach(
            everywhere,
            tuple(sorted(owned | shared)),
            tuple(owners),
            tuple(sorted(shared)),
            tuple(sorted(taken_over(ways, level))),
            self._apart if everywhere else 0,
        )

    @cached_property
    def _apart(self) -> int:
        """The mark of the rows that are not reached where all others are."""
        if self._organisation.default_of(self._standing) == PARENT:
            return CLOSED
        return PRIVATE if "private" in self._standing.fields else 0

    def _opens(self, level: Level) -> bool:
        """Whether the organisation or a profile opens all rows."""
        all_rows = "view_all" if level is Level.READ else "edit_all"
        return all_rows in self.rights or self._organisation.opens(self._standing, level)

    def _opens_above(self, ways: Ways) -> bool:
        """Whether all is reached on which a row may hang."""
        parents = [ways.get((parent,)) for parent in self._standing.parents]
        return bool(ways) and all(above and above.all for above in parents)

    def ways(self, level: Level) -> Ways:
        """The ways by which rows are reached through what they hang on."""
        ways: dict[Way, Reach] = {}
        if self._organisation.default_of(self._standing) != PARENT:
            return ways
        for parent in self._standing.parents:
            above = self.another(parent)
            if "view" in above.rights:
                ways[(parent,)] = above.rows(level)
                ways |= {(parent, *way): reach for way, reach in above.ways(level).items()}
        return ways

    def _owners(self, person_id: UUID, level: Level) -> set[UUID]:
        """The people whose rows this person reaches because they own them."""
        owners = {person_id} | self._organisation.subordinates(person_id)
        for rule in self._organisation.rules:
            if (
                rule.entity == self._standing.entity
                and Level(rule.level).includes(level)
                and self._organisation.is_meant(person_id, rule.target_kind, rule.target_id)
            ):
                owners |= self._organisation.members(rule.source_kind, rule.source_id)
        return owners

    def shared_with_caller(self) -> set[int]:
        """The keys of what is shared with the caller, by hand or by what a record says itself."""
        organisation = self._organisation
        among = organisation.counted_among(self.person_id) if self.person_id else ()
        return organisation.share_keys(among)

    def _confidential(self, person_id: UUID) -> Reach:
        """Nobody reaches what is confidential by standing above somebody, or by a profile."""
        person = self._organisation.people.get(person_id)
        shared = (EVERYONE, person.share_key) if person else (EVERYONE,)
        own = (person.own_key,) if person else ()
        return Reach(False, (*own, *shared), (person_id,), shared)


class Permits(dict[tuple[Who, type[Record] | str], Permit]):
    """The permits of one state of the policy, by who asks and for what; made when first asked for."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__()
        self.organisation = organisation

    def __missing__(self, key: tuple[Who, type[Record] | str]) -> Permit:
        who, what = key
        if not isinstance(what, str):
            made = Permit(self, who, what)
        elif record := at_home().get(what):
            made = self[who, record]
        else:
            made = Permit(self, who, standing_of(what))
        self[key] = made
        return made


@cache
def _targets(record: type[Record]) -> tuple[str, ...]:
    """The entities whose fields may be asked for along a reference of this one."""
    kinds = (known.said.kind for known in record.fields.values())
    targets = (kind.target for kind in kinds if isinstance(kind, Reference))
    return tuple(dict.fromkeys(filter(None, targets)))
