"""The kit's decision without a database: the caller's reach against the keys of a row."""

from unittest.mock import patch

from kit.access import Policy
from kit.access.inheritance import CLOSED, PRIVATE
from kit.actor import Actor
from kit.entity import Audience, Governs, Level
from tests.kit.toy.model import Diary, Toy
from tests.security.oracle import Thing, World, can
from tests.security.worlds import id_of, parts

LEVEL = {"view": Level.READ, "edit": Level.EDIT, "delete": Level.FULL}


def policy_of(world: World) -> Policy:
    policy = Policy()
    policy.learn(parts(world), 1)
    return policy


def kit_says(policy: Policy, user: int, action: str, thing: Thing, world: World) -> bool:
    """What the standard methods would answer: the right on the entity, then the row.

    Without any right on the entity the rows alone must be out of reach.
    """
    record = Diary if world.confidential else Toy
    actor = Actor.person(id_of("person", user))
    permit = policy.permit(actor, record)
    if action not in permit.rights and action != "view" and permit.rights & {"edit", "delete"}:
        return False
    row = record(name="it", owner_id=id_of("person", thing.owner))
    if closed := thing.private and not world.confidential:
        row.private = True
    given = [
        Audience(kind, id_of(kind, number), Level(level))
        for (kind, number), level in thing.shares.items()
    ]
    inherited = (CLOSED, PRIVATE) if closed else ()
    return permit.reach(LEVEL[action]).meets(policy.row_keys(row, given)[LEVEL[action]], inherited)


def disagreements(world: World) -> list[str]:
    """Where kit and oracle differ, each in a line."""
    governs = Governs.CONFIGURATION if world.configuration else Governs.RECORDS
    with patch.object(Toy, "governed_by", governs):
        return _differences(world)


def _differences(world: World) -> list[str]:
    policy = policy_of(world)
    stranger = policy.permit(Actor.person(id_of("person", 99)), "toys.Toy").rights
    return ["a stranger has rights"] * bool(stranger) + [
        f"person {user} {action} thing {number}: the kit says {said}"
        for user in range(len(world.people))
        for number, thing in enumerate(world.things)
        for action in ("view", "edit", "delete")
        if (said := kit_says(policy, user, action, thing, world)) != can(user, action, thing, world)
    ]


def seen_by(world: World, user: int, action: str = "view") -> set[int]:
    """The records that a person reaches, by the kit."""
    policy = policy_of(world)
    things = enumerate(world.things)
    return {number for number, each in things if kit_says(policy, user, action, each, world)}
