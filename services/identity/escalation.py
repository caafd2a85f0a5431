"""Nobody gives more than he has, and nobody changes or acts as somebody who has more.

A change of policy is weighed by what comes of it: the policy as it was and as it would be are asked
what everybody holds, and what anybody gains has to be within the reach of whoever makes the change.
So there is one comparison (`kit/access/holdings.py`) for roles, profiles, groups, rules and defaults.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kit.access.entries import Person as PersonEntry
from kit.access.holdings import Holding, Lack, lacking, named
from kit.access.organisation import Organisation
from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Governs, Record
from kit.errors import Denied
from kit.ids import uuid7
from kit.records.write.history import Change
from kit.records.write.work import Work
from services.identity.administrators import is_administrator
from services.identity.model.access_defaults import AccessDefault
from services.identity.model.clients import Client
from services.identity.model.groups import Group
from services.identity.model.people import Person
from services.identity.model.profiles import Profile
from services.identity.model.roles import Role
from services.identity.model.sharing_rules import SharingRule

_GIVES: Mapping[type[Record], Sequence[str]] = {
    Person: ("profile_ids", "role_ids"),
    Role: ("profile_ids", "parent_id"),
    Profile: ("permissions", "field_access", "hidden_modules"),
    Group: ("person_ids", "role_ids", "role_and_below_ids", "group_ids"),
    SharingRule: ("entity_name", "source_kind", "source_id", "target_kind", "target_id", "level"),
    AccessDefault: ("entity_name", "level"),
    Client: ("person_id",),
}
"""The fields by which access is given, and which only those set who manage access."""

_STRONGER = "This person may do more than you; ask an administrator."
_NO_MANAGER = "Your profile does not let you manage access; ask an administrator."


def require_access_manager(work: Work) -> None:
    """Raises Denied when somebody gives access, be it little, without the right to manage it."""
    if work.actor.is_system or "edit" in work.permit(Governs.ACCESS).rights:
        return
    for change in work.written:
        if fields := _gives(change):
            raise Denied(_NO_MANAGER, dict.fromkeys(fields, _NO_MANAGER))


def _gives(change: Change) -> list[str]:
    return [name for name in _GIVES.get(type(change.record), ()) if name in change.changed]


# What a change of policy gives.


@dataclass(frozen=True)
class Step:
    """The policy before and after a change, and who makes it."""

    before: Policy
    after: Policy
    actor: Actor

    def lack(self) -> Lack | None:
        """The first thing that somebody would gain and that the actor does not hold."""
        giver = self.actor.person_id
        assert giver is not None  # noqa: S101 - the system's own work is not weighed
        for person_id, entity in self._affected():
            own = Holding(self.before, giver, entity)
            was = Holding(self.before, person_id, entity)
            given = Holding(self.after, person_id, entity)
            if lack := lacking(own, given, was, but=self._empty | _own_keys(self.after, person_id)):
                return lack
        return None

    @cached_property
    def _empty(self) -> frozenset[int]:
        """What is new owns nothing yet, and nothing is shared with it; nor with those made up here."""
        known = _keys(self.before)
        return frozenset(each for each in _keys(self.after) if each not in known or each < 0)

    def _affected(self) -> Iterator[tuple[UUID, str]]:
        """Whose place or profiles may differ, with all entities; the others with those opened."""
        every = sorted(set(named(self.after)) | set(named(self.before)))
        opened, moved = sorted(_opened(self.before, self.after)), _moved(self.before, self.after)
        for person_id in self.after.organisation.people:
            yield from ((person_id, each) for each in (every if person_id in moved else opened))


def _moved(before: Policy, after: Policy) -> set[UUID]:
    """Those who differ themselves, and one for all alike who stand above them or near a moved role."""
    was, now = before.organisation, after.organisation
    people = {each for each in now.people if _bonds(was, each) != _bonds(now, each)}
    roles = {
        each for each in {*was.roles, *now.roles} if _position(was, each) != _position(now, each)
    }
    near: set[UUID] = set()
    for organisation in (was, now):
        theirs = (
            organisation.people[each].role_ids for each in people & organisation.people.keys()
        )
        low = roles.union(*theirs)
        near |= {above for role in low for above in organisation.above(role)}
        near |= {below for role in roles for below in organisation.below(role)}
    standing = (each for each, person in now.people.items() if near & {*person.role_ids})
    return people | set({_bonds(now, each): each for each in standing}.values())


def _bonds(organisation: Organisation, person_id: UUID) -> Hashable:
    """What ties somebody in, beside what is shared with one person alone: profiles, roles, groups."""
    person = organisation.people.get(person_id)
    if person is None:
        return None
    profiles = frozenset(id(each) for each in organisation.profiles_of(person_id))
    return profiles, person.role_ids, frozenset(organisation.groups_of.get(person_id, ()))


def _position(organisation: Organisation, role_id: UUID) -> object:
    role = organisation.roles.get(role_id)
    return role and (role.parent_id, organisation.groups_of_roles.get(role_id))


def _opened(before: Policy, after: Policy) -> set[str]:
    """The entities whose rules or defaults differ."""
    was, now = before.organisation, after.organisation
    rules = set(was.rules) ^ set(now.rules)
    defaults = was.defaults.items() ^ now.defaults.items()
    return {rule.entity for rule in rules} | {entity for entity, _ in defaults}


def _keys(policy: Policy) -> frozenset[int]:
    """The keys that rows can carry."""
    organisation = policy.organisation
    people = (
        key for each in organisation.people.values() for key in (each.own_key, each.share_key)
    )
    roles = (key for each in organisation.roles.values() for key in (each.share_key, each.tree_key))
    return frozenset((*people, *roles, *(each.share_key for each in organisation.groups.values())))


def _own_keys(policy: Policy, person_id: UUID) -> frozenset[int]:
    """The keys of what somebody owns or was given by hand, which makes nobody stronger: all have some."""
    person = policy.organisation.people.get(person_id)
    # Somebody taken on a moment ago may not have come to the policy yet, and holds nothing there.
    return frozenset((person.own_key, person.share_key)) if person else frozenset()


def refuse_escalation(before: Policy, after: Policy, actor: Actor, changes: list[Change]) -> None:
    """Raises Denied when a change gives anybody, the actor included, more than the actor has."""
    if actor.person_id is None or is_administrator(before, actor.person_id):
        return
    weighed = [change for change in changes if type(change.record) in _GIVES]
    holders = list(_whoever_holds(weighed))
    step = Step(before.foreseen(holders, before.epoch), after.foreseen(holders, after.epoch), actor)
    if lack := step.lack():
        sentence = _sentence(lack)
        raise Denied(sentence, dict.fromkeys(_named_fields(weighed, lack), sentence))


def _whoever_holds(changes: Iterable[Change]) -> Iterator[tuple[str, str, PersonEntry]]:
    """Somebody made up for each role and profile that changes, lest it waits for one unweighed."""
    for number, change in enumerate(changes, 1):
        ids, kind = (change.record.id,), type(change.record)
        if kind in (Role, Profile) and change.what != "deleted":
            roles, profiles = (ids, ()) if kind is Role else ((), ids)
            held = PersonEntry("", "", "active", -number, -number, roles, profiles)
            yield "person", str(uuid7()), held


def _named_fields(changes: Sequence[Change], lack: Lack) -> list[str]:
    change = next((each for each in changes if _gives(each)), changes[0])
    if isinstance(change.record, Profile):
        return ["field_access" if lack.of == "field" else "permissions"]
    return _gives(change) or ["id"]


def _sentence(lack: Lack) -> str:
    what = "every entity" if lack.entity == Governs.RECORDS else lack.entity
    match lack.of:
        case "right":
            return f"You may not give the right to {lack.name} {what}: you do not have it yourself."
        case "field":
            return f"You may not open {lack.name} of {what} wider than it is open to yourself."
    return f"You may not open records of {what} to others that you cannot {lack.name} yourself."


# Who is stronger.


def refuse_stronger(policy: Policy, actor: Actor, person_id: UUID, field: str) -> None:
    """Raises Denied when somebody, as whom the caller could act from now on, may do or see more."""
    _refuse_stronger(policy, actor, person_id, field, but=frozenset())


def refuse_changing_stronger(policies: Iterable[Policy], work: Work) -> None:
    """Raises Denied when somebody who may do more, before or after it, is changed by another."""
    for change in work.written:
        if isinstance(change.record, Person) and change.what != "created":
            person_id, field = change.record.id, next(iter(change.changed), "id")
            for policy in policies:
                but = _own_keys(policy, person_id)
                _refuse_stronger(policy, work.actor, person_id, field, but)


def _refuse_stronger(
    policy: Policy, actor: Actor, person_id: UUID, field: str, but: frozenset[int]
) -> None:
    if actor.person_id is None or actor.person_id == person_id:
        return
    if is_administrator(policy, actor.person_id):
        return
    for entity in sorted(set(named(policy))):
        own, other = (Holding(policy, each, entity) for each in (actor.person_id, person_id))
        if lacking(own, other, Holding(policy, None, entity), but):
            raise Denied(_STRONGER, {field: _STRONGER})
