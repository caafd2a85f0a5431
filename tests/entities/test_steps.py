"""Every state that moves in steps moves as it says, by Update as by the verbs that are named."""

from itertools import product
from typing import Any

import pytest

from kit.entity import Steps
from kit.errors import Invalid
from kit.records.methods.verbs import verbs_of
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office

_STATES = [
    (case, name, kind)
    for case in CASES.values()
    for name, known in case.record.fields.items()
    if isinstance(kind := known.said.kind, Steps)
]
every = pytest.mark.parametrize(
    ("case", "name", "kind"), _STATES, ids=[f"{case}.{name}" for case, name, _ in _STATES]
)

# What some states want said beside them.
_SAID = {"helpdesk.Ticket": {"resolution": "A new fuse."}}


@every
def test_a_verb_that_is_named_moves_the_field(case: Case, name: str, kind: Steps) -> None:
    moving = {each.name for each in verbs_of(case.servicer) if name in (*each.sets, *each.follows)}
    assert {move.verb for step in kind.steps for move in step.by} <= moving


@every
async def test_an_update_makes_the_moves_that_are_said_and_no_other(
    case: Case, name: str, kind: Steps, office: Office
) -> None:
    if not case.record.fields[name].said.editable:
        pytest.skip("no Update reaches it")
    for step, after in product(kind.steps, kind.options):
        if after == step.value:
            continue
        given = {**_SAID.get(str(case), {}), name: str(step.value)}
        made = await office.make(case, **given)
        told = await _moved(case, office, made, name, after)
        told_of_verbs = {move.to: move.says for move in step.by}
        if after in step.to:
            assert told == "", f"{step.value} to {after}"
        elif after in told_of_verbs:
            assert told == told_of_verbs[after]
        else:
            assert f" that is {step.value} " in told, f"{step.value} to {after}"


async def _moved(case: Case, office: Office, made: Any, name: str, after: str) -> str:
    """What was said against the move, or nothing."""
    record = case.message(id=made.id, **{name: after})
    try:
        changed = await office.stub(case).Update(case.patch(record=record, mask={"paths": [name]}))
    except Invalid as refused:
        return refused.fields[name]
    assert getattr(changed, name) == after
    return ""
