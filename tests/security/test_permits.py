"""A permit is one person's, and of one state of the policy."""

import msgspec
import pytest

from kit.access import entries
from kit.actor import Actor
from services.sales.model.opportunities import Opportunity
from tests.kit.toy.model import Diary, Toy
from tests.security.checker import policy_of
from tests.security.oracle import Person, World
from tests.security.worlds import id_of

ANA, BEN = (Actor.person(id_of("person", number)) for number in range(2))


def _world() -> World:
    people = [Person(profiles={0}), Person(profiles={0})]
    rights = {"view", "edit"}
    return World(people, [], [], profiles=[rights], rules=[], default="private", things=[])


def test_it_is_remembered_for_one_person_and_for_all_of_his_calls() -> None:
    policy = policy_of(_world())
    kept = policy.permit(ANA, Toy)
    assert policy.permit(Actor.person(ANA.person_id, min_epoch=1), "toys.Toy") is kept
    assert policy.permit(BEN, Toy) is not kept
    assert policy.permit(Actor.system("tests"), Toy) is not policy.permit(Actor.door(), Toy)


def test_it_ends_with_the_state_of_the_policy_that_it_is_of() -> None:
    """Whoever still holds one goes by that state for all that he asks, and by no mixture."""
    policy = policy_of(_world())
    held = policy.permit(ANA, Toy)
    policy.learn([("person", str(ANA.person_id), None)], 2)
    assert not policy.permit(ANA, Toy).rights
    assert held.rights == held.another(Diary).rights == {"view", "edit"}


@pytest.mark.parametrize("entity", ["sales.Opportunity", "parties.Account"])
def test_a_question_reads_alike_only_to_those_who_see_the_same_fields(entity: str) -> None:
    """Those of what is referred to among them: `account.name` is asked of deals too."""
    policy, blind = policy_of(_world()), id_of("profile", 1)
    ben = policy.organisation.people[id_of("person", 1)]
    hides = entries.Profile("Blind", fields=(entries.FieldAccess(entity, "name", "hidden"),))
    assert policy.permit(ANA, Opportunity).shape == policy.permit(BEN, Opportunity).shape
    less = msgspec.structs.replace(ben, profile_ids=(blind,))
    policy.learn([("profile", str(blind), hides), ("person", str(id_of("person", 1)), less)], 2)
    assert policy.permit(ANA, Opportunity).shape != policy.permit(BEN, Opportunity).shape
