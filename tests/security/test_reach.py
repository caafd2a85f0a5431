"""The reach that the kit works out is the oracle's, in every small world; and it is monotonous."""

import dataclasses
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.checker import disagreements, seen_by
from tests.security.oracle import Rule, World
from tests.security.worlds import LEVELS, PEOPLE, PRINCIPALS, RULE_ENDS, THINGS, numbers, worlds

SLOWLY = [HealthCheck.too_slow, HealthCheck.data_too_large]
OFTEN = settings(max_examples=120, deadline=None, suppress_health_check=SLOWLY)
SELDOM = settings(max_examples=30, deadline=None, suppress_health_check=SLOWLY)
PRIVATE = st.just("private")


@OFTEN
@given(worlds())
def test_the_kit_decides_as_the_oracle_does(world: World) -> None:
    """ID-08 to ID-13: what is private, defaults, the role tree, groups, rules and shares."""
    assert disagreements(world) == []


@SELDOM
@given(worlds())
def test_nobody_above_sees_what_is_confidential(world: World) -> None:
    """CH-02: a private room has no reader beyond its members."""
    assert disagreements(dataclasses.replace(world, confidential=True)) == []


@SELDOM
@given(worlds(default=PRIVATE), RULE_ENDS, numbers(PEOPLE))
def test_another_rule_never_takes_a_row_away(world: World, rule: Rule, user: int) -> None:
    wider = dataclasses.replace(world, rules=[*world.rules, rule])
    assert seen_by(world, user) <= seen_by(wider, user)


@SELDOM
@given(worlds(default=PRIVATE), PRINCIPALS, LEVELS, numbers(THINGS), numbers(PEOPLE))
def test_another_share_never_takes_a_row_away(
    world: World, principal: Any, level: str, thing: int, user: int
) -> None:
    before = seen_by(world, user)
    world.things[thing].shares.setdefault(principal, level)
    assert before <= seen_by(world, user)


@SELDOM
@given(worlds(), numbers(THINGS), numbers(PEOPLE))
def test_closing_a_record_never_opens_it_to_anybody(world: World, thing: int, user: int) -> None:
    """ID-08"""
    world.things[thing].private = False
    before = seen_by(world, user)
    world.things[thing].private = True
    assert before - {thing} <= seen_by(world, user) <= before


@SELDOM
@given(worlds(default=PRIVATE), numbers(PEOPLE))
def test_what_may_be_edited_may_be_read(world: World, user: int) -> None:
    assert seen_by(world, user, "edit") <= seen_by(world, user)


@SELDOM
@given(worlds(default=PRIVATE), st.permutations(range(PEOPLE)), numbers(PEOPLE))
def test_it_does_not_matter_who_is_called_what(world: World, order: list[int], user: int) -> None:
    """Person n becomes person order[n] everywhere; everybody sees the same rows as before."""
    assert seen_by(world, user) == seen_by(_renamed(world, order), order[user])


def _renamed(world: World, order: list[int]) -> World:
    def moved(principal: Any) -> Any:
        kind, number = principal
        return (kind, order[number]) if kind == "person" else principal

    people = [world.people[order.index(number)] for number in range(PEOPLE)]
    return dataclasses.replace(
        world,
        people=people,
        groups=[dataclasses.replace(g, members=set(map(moved, g.members))) for g in world.groups],
        rules=[Rule(moved(r.source), moved(r.target), r.level) for r in world.rules],
        things=[
            dataclasses.replace(
                each,
                owner=order[each.owner],
                shares={moved(principal): level for principal, level in each.shares.items()},
            )
            for each in world.things
        ],
    )
