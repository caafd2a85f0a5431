"""Who may do what, said a second time and as plainly as possible; nothing here is the kit's.

Written from the model (Salesforce's terms): a right is the object permission of a profile AND a way
to the row: the organisation's default, ownership, standing above the owner, a sharing rule, a share
by hand, a profile that opens all rows; whoever stands above a grantee shares the grant. A profile
speaks of an entity by a line of its own, by the line `*`, or by the line `configuration` of what
sets the organisation up, of which `*` lets look and no more. What all profiles hide is not there.
A private record is its owner's and of those it is shared with, as a person or as one of a role or
group: no default, no place above anybody, no rule and no profile opens it.
"""

from dataclasses import dataclass, field

Principal = tuple[str, int]
"""A kind (`person`, `role`, `role_and_below`, `group`) and a number within the world."""


@dataclass
class Person:
    """Somebody, with the numbers of roles and profiles."""

    active: bool = True
    roles: set[int] = field(default_factory=set)
    profiles: set[int] = field(default_factory=set)


@dataclass
class Role:
    """A place in the tree."""

    parent: int | None = None
    profiles: set[int] = field(default_factory=set)


@dataclass
class Group:
    """Principals under one name; groups may hold groups, even in a circle."""

    members: set[Principal] = field(default_factory=set)


@dataclass(frozen=True)
class Rule:
    """What the source owns is open to the target."""

    source: Principal
    target: Principal
    level: str


@dataclass
class Thing:
    """A record: its owner, the shares given by hand, and whether it is open to nobody else."""

    owner: int
    shares: dict[Principal, str] = field(default_factory=dict)
    private: bool = False


@dataclass
class World:
    """All that decides."""

    people: list[Person]
    roles: list[Role]
    groups: list[Group]
    profiles: list[set[str]]
    rules: list[Rule]
    default: str
    things: list[Thing]
    confidential: bool = False
    configuration: bool = False
    lines: dict[int, str] = field(default_factory=dict)
    """The profiles that name the records by another line than their own: `*` or `configuration`."""
    hiding: set[int] = field(default_factory=set)
    """The profiles that hide the records."""


_STRENGTH = {"private": 0, "read": 1, "edit": 2, "full": 3}


def can(user: int, action: str, record: Thing, world: World) -> bool:
    """Whether a person may view, edit or delete a record."""
    rights = _rights(user, world)
    if action not in rights:
        return False
    level = {"view": "read", "edit": "edit", "delete": "full"}[action]
    if world.confidential:
        mine = record.shares.get(("person", user), "private")
        return record.owner == user or _STRENGTH[mine] >= _STRENGTH[level]
    if record.private:
        return user == record.owner or any(
            user in _members(principal, world) and _STRENGTH[granted] >= _STRENGTH[level]
            for principal, granted in record.shares.items()
        )
    if ("view_all" if level == "read" else "edit_all") in rights:
        return True
    if _STRENGTH[world.default] >= _STRENGTH[level]:
        return True
    return _owns_or_stands_above(user, record, world) or any(
        _is_granted(user, principal, world)
        for principal, granted in _grants(record, world)
        if _STRENGTH[granted] >= _STRENGTH[level]
    )


def _rights(user: int, world: World) -> set[str]:
    person = world.people[user]
    if not person.active:
        return set()
    held = set(person.profiles).union(*(world.roles[role].profiles for role in person.roles))
    if held <= world.hiding:
        return set()
    return set().union(*(_allowed(profile, world) for profile in held))


def _allowed(profile: int, world: World) -> set[str]:
    rights, line = world.profiles[profile], world.lines.get(profile)
    if line is None or line == ("configuration" if world.configuration else "*"):
        return rights
    return rights & {"view", "view_all"} if line == "*" else set()


def _grants(record: Thing, world: World) -> list[tuple[Principal, str]]:
    by_rule = [
        (rule.target, rule.level)
        for rule in world.rules
        if record.owner in _members(rule.source, world)
    ]
    return [*record.shares.items(), *by_rule]


def _owns_or_stands_above(user: int, record: Thing, world: World) -> bool:
    return user == record.owner or bool(
        world.people[user].roles & _above(world.people[record.owner].roles, world)
    )


def _is_granted(user: int, principal: Principal, world: World) -> bool:
    """A member, or somebody above a member or above a role that is meant."""
    members, roles = _members(principal, world), _roles(principal, world, set())
    held = roles.union(*(world.people[member].roles for member in members))
    return user in members or bool(world.people[user].roles & _above(held, world))


def _members(principal: Principal, world: World) -> set[int]:
    roles = _roles(principal, world, set())
    holders = {number for number, person in enumerate(world.people) if person.roles & roles}
    return holders | _people(principal, world, set())


def _people(principal: Principal, world: World, seen: set[int]) -> set[int]:
    kind, number = principal
    if kind == "person":
        return {number}
    if kind != "group" or number in seen:
        return set()
    inner = world.groups[number].members
    return set().union(*(_people(each, world, seen | {number}) for each in inner))


def _roles(principal: Principal, world: World, seen: set[int]) -> set[int]:
    kind, number = principal
    if kind == "role":
        return {number}
    if kind == "role_and_below":
        return {
            number,
            *(role for role in range(len(world.roles)) if number in _above({role}, world)),
        }
    if kind != "group" or number in seen:
        return set()
    inner = world.groups[number].members
    return set().union(*(_roles(each, world, seen | {number}) for each in inner))


def _above(roles: set[int], world: World) -> set[int]:
    """The roles strictly above any of these."""
    parents = {world.roles[role].parent for role in roles} - {None}
    return set() if not parents else {*parents, *_above(parents, world)}  # type: ignore[arg-type]  # what has no parent is left out
