"""A verb is declared: its rights, version and inputs are the kit's, and its method holds the rule alone."""

import pytest

from kit.records import standard
from kit.records.methods.verbs import Verb
from tests.entities.cases import CASES, Case
from tests.entities.verbs import STANDARD, UNDECLARED


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_every_method_that_grpc_calls_is_standard_or_declared(case: Case) -> None:
    own = {
        f"{case}.{name}"
        for name, method in vars(case.servicer).items()
        if name in case.methods - STANDARD and not isinstance(method, Verb)
    }
    lacking = {f"{case}.{name}" for name in case.methods - STANDARD - vars(case.servicer).keys()}
    assert (own | lacking) - UNDECLARED.keys() == set()


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_a_declared_verb_needs_a_reason_to_work_by_itself(case: Case) -> None:
    """The version and the record are its own to find then; the comment above it says why."""
    alone = {
        f"{case}.{name}"
        for name, method in vars(case.servicer).items()
        if isinstance(method, Verb) and method.by_itself
    }
    assert alone <= {
        "identity.Person.SetPassword",
        "parties.Lead.Convert",
        "parties.Lead.UndoConversion",
    }


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_verbs_are_not_left_out_by_serving_the_standard_methods_alone(case: Case) -> None:
    if case.methods <= STANDARD:
        assert standard(case.record).keywords["record"] is case.record
        return
    with pytest.raises(TypeError, match=r"write a class for it under rpc/\.$"):
        standard(case.record)
