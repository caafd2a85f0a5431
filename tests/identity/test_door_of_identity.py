"""The context token of the gateway's door: the gateway alone may sign it, and it opens nothing else."""

import pytest

from kit.access import Policy
from kit.actor import Actor
from kit.entity import Level
from kit.errors import Anonymous
from kit.rpc.context import ContextTokens
from services.identity.model.people import Person
from tests.house import House


def signed_by(house: House, process: str) -> ContextTokens:
    return ContextTokens.from_files(process, house.keys[process], house.keys_folder)


def test_the_gateway_may_knock_in_its_own_name(house: House) -> None:
    token = signed_by(house, "gateway").mint(Actor.door())
    assert signed_by(house, "identity").verify(token).name == Actor.door().name


@pytest.mark.parametrize(
    ("issuer", "actor"),
    [
        ("gateway", Actor.system("nightly-forecast")),
        ("gateway", Actor.system("gateway-doorman")),
        ("sales", Actor.door()),
    ],
)
def test_nobody_else_may_and_the_gateway_in_no_other_name(
    house: House, issuer: str, actor: Actor
) -> None:
    token = signed_by(house, issuer).mint(actor)
    with pytest.raises(Anonymous):
        signed_by(house, "identity").verify(token)


def test_the_door_reaches_no_row_and_has_no_right() -> None:
    policy = Policy()
    assert policy.rights(Actor.door(), Person.entity) == frozenset()
    for level in Level:
        reach = policy.reach(Actor.door(), Person, level)
        assert (reach.all, reach.keys) == (False, ())
    assert policy.rights(Actor.system("import"), Person.entity)
