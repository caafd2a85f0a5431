"""Small worlds at random, and the same world told to the kit as identity would tell it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from kit.access import entries
from tests.security.oracle import Group, Person, Principal, Role, Rule, Thing, World

ROLES, PEOPLE, GROUPS, PROFILES, RULES, THINGS = 8, 6, 4, 4, 3, 12
ENTITY = "toys.Toy"
KINDS = {"person": PEOPLE, "role": ROLES, "role_and_below": ROLES, "group": GROUPS}
LEVELS = st.sampled_from(["read", "edit", "full"])
DEFAULTS = st.sampled_from(["private", "private", "private", "read", "edit", "full"])

# What identity stores: every right with the lesser ones that it includes.
RIGHTS = st.sampled_from(
    [
        set(),
        {"view"},
        {"view", "create", "edit"},
        {"view", "create", "edit", "delete"},
        {"view", "view_all"},
        {"view", "edit", "view_all", "edit_all"},
        {"view", "delete"},
    ]
)


def numbers(below: int) -> st.SearchStrategy[int]:
    return st.integers(0, below - 1)


def some(below: int, most: int = 2) -> st.SearchStrategy[set[int]]:
    return st.sets(numbers(below), max_size=most)


PRINCIPALS: st.SearchStrategy[Principal] = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), numbers(KINDS[kind]))
)
RULE_ENDS = st.builds(Rule, PRINCIPALS, PRINCIPALS, LEVELS)
MOST_ARE_ACTIVE = st.sampled_from([True, True, True, True, False])
SELDOM_PRIVATE = st.sampled_from([False, False, True])
LINES = st.dictionaries(
    st.integers(1, PROFILES - 1), st.sampled_from(["*", "configuration"]), max_size=2
)
HIDING = st.one_of(st.just(set()), st.just(set()), some(PROFILES))


@st.composite
def worlds(draw: Any, default: Any = DEFAULTS, things: int = THINGS) -> World:
    """A role's parent has a lower number, so the tree has no circle; groups may run in circles."""
    roles = [
        Role(draw(st.none() | numbers(number)) if number else None, draw(some(PROFILES, 1)))
        for number in range(ROLES)
    ]
    people = [
        Person(draw(MOST_ARE_ACTIVE), draw(some(ROLES)), draw(some(PROFILES)) | {0})
        for _ in range(PEOPLE)
    ]
    return World(
        people=people,
        roles=roles,
        groups=[Group(draw(st.sets(PRINCIPALS, max_size=3))) for _ in range(GROUPS)],
        profiles=[{"view", "create", "edit"}, *(draw(RIGHTS) for _ in range(PROFILES - 1))],
        rules=draw(st.lists(RULE_ENDS, max_size=RULES)),
        default=draw(default),
        things=[
            Thing(draw(numbers(PEOPLE)), draw(shares()), draw(SELDOM_PRIVATE))
            for _ in range(things)
        ],
        lines=draw(LINES),
        hiding=draw(HIDING),
    )


def shares() -> st.SearchStrategy[dict[Principal, str]]:
    return st.dictionaries(PRINCIPALS, LEVELS, max_size=2)


def id_of(kind: str, number: int) -> UUID:
    """The id by which the kit knows a principal."""
    place = {"person": 1, "role": 2, "role_and_below": 2, "group": 3, "profile": 4, "rule": 5}
    return UUID(int=(place.get(kind, 9) << 64) | (number + 1))


def parts(world: World) -> Iterator[tuple[str, str, Any]]:
    """The world as the policy's parts: kind, id, body."""
    for number, person in enumerate(world.people):
        yield "person", str(id_of("person", number)), _person(number, person)
    for number, role in enumerate(world.roles):
        yield "role", str(id_of("role", number)), _role(number, role)
    for number, group in enumerate(world.groups):
        yield "group", str(id_of("group", number)), _group(number, group)
    for number in range(len(world.profiles)):
        yield "profile", str(id_of("profile", number)), _profile(number, world)
    for number, rule in enumerate(world.rules):
        yield "rule", str(id_of("rule", number)), _rule(rule)
    yield "default", str(id_of("default", 0)), entries.Default(ENTITY, world.default)
    yield "default", str(id_of("default", 1)), entries.Default("toys.Another", "edit")
    all_people = (("role", id_of("role", 0)), ("group", id_of("group", 0)))
    yield (
        "rule",
        str(id_of("rule", 99)),
        entries.Rule("toys.Another", *all_people[0], *all_people[1]),
    )


def _person(number: int, person: Person) -> entries.Person:
    return entries.Person(
        name=f"Person {number}",
        email=f"{number}@example.com",
        status="active" if person.active else "inactive",
        own_key=10000 + number,
        share_key=20000 + number,
        role_ids=_ids("role", person.roles),
        profile_ids=_ids("profile", person.profiles),
    )


def _role(number: int, role: Role) -> entries.Role:
    parent = None if role.parent is None else id_of("role", role.parent)
    held = _ids("profile", role.profiles)
    return entries.Role(f"Role {number}", 30000 + number, 40000 + number, parent, held)


def _group(number: int, group: Group) -> entries.Group:
    """Each group names one more that is gone."""
    inside = {kind: _ids(kind, {n for k, n in group.members if k == kind}) for kind in KINDS}
    return entries.Group(
        name=f"Group {number}",
        share_key=50000 + number,
        person_ids=inside["person"],
        role_ids=inside["role"],
        role_and_below_ids=inside["role_and_below"],
        group_ids=(*inside["group"], id_of("group", 99)),
    )


def _profile(number: int, world: World) -> entries.Profile:
    """Every other profile that hides the records hides their whole service."""
    allowed = dict.fromkeys(world.profiles[number], True)
    named = (world.lines[number],) if number in world.lines else (ENTITY, "toys.Diary")
    lines = tuple(entries.Permission(entity, **allowed) for entity in named)
    hidden = (ENTITY, "toys.Diary") if number % 2 else ("toys",)
    hides = hidden if number in world.hiding else ("chat",)
    return entries.Profile(f"Profile {number}", lines, hidden_modules=hides)


def _rule(rule: Rule) -> entries.Rule:
    (source, from_), (target, to) = rule.source, rule.target
    return entries.Rule(ENTITY, source, id_of(source, from_), target, id_of(target, to), rule.level)


def _ids(kind: str, chosen: set[int]) -> tuple[UUID, ...]:
    return tuple(id_of(kind, number) for number in sorted(chosen))
