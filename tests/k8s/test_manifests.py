"""Every check of the review list holds for every overlay, and notices what it is there for."""

import importlib
import pkgutil

import pytest

from tests.k8s import checks
from tests.k8s.checking import CHECKS, Break, Check
from tests.k8s.rendering import Rendering

for module in pkgutil.iter_modules(checks.__path__):
    importlib.import_module(f"{checks.__name__}.{module.name}")

# A check without a control cannot be declared: see `check` in checking.py.
HOLDS = [(check, overlay) for check in CHECKS for overlay in check.overlays]
BREAKS = [(check, each) for check in CHECKS for each in check.breaks]


@pytest.mark.parametrize(
    ("check", "overlay"), HOLDS, ids=[f"{check.name}-{overlay}" for check, overlay in HOLDS]
)
def test_the_manifests_pass_every_check(
    check: Check, overlay: str, renderings: dict[str, Rendering]
) -> None:
    complaints = list(check.rule(renderings[overlay]))
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("check", "broken"), BREAKS, ids=[f"{check.name}-{each.__name__}" for check, each in BREAKS]
)
def test_every_check_notices_a_break(
    check: Check, broken: Break, renderings: dict[str, Rendering]
) -> None:
    whole = renderings[check.overlays[-1]]
    rendering = whole.copy()
    broken(rendering)
    assert {*check.rule(rendering)} - {*check.rule(whole)}
