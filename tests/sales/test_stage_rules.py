"""What makes a stage."""

from decimal import Decimal

import pytest

from kit.actor import Actor
from kit.errors import Invalid
from services.sales.model.stages import STARTING_STAGES, Outcome, Stage


@pytest.mark.parametrize(("outcome", "probability"), [("won", 100), ("lost", 0)])
def test_an_end_is_certain(outcome: str, probability: int) -> None:
    """SA-10"""
    stage = Stage(name="End", outcome=outcome, probability=Decimal(50))
    stage.prepare(Actor.system("test"))
    assert stage.probability == probability


def test_an_open_stage_says_how_likely_a_sale_is() -> None:
    """SA-10"""
    with pytest.raises(Invalid, match="likely"):
        Stage(name="Engaging").check()


def test_the_starting_stages_lead_to_both_ends() -> None:
    """SA-04"""
    stages = [Stage(**given) for given in STARTING_STAGES]
    for stage in stages:
        stage.check()
    assert {stage.outcome for stage in stages} == set(Outcome)
