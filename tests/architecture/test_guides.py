"""The guides name what there is, and all of it."""

import ast
import importlib.util
import re
import textwrap
from collections.abc import Iterator

import pytest

from kit.records import Records, Work
from tests.architecture.sources import ROOT, tracked
from tests.entities.cases import SERVICES

GUIDES = {path.name: path.read_text() for path in sorted((ROOT / "docs/guide").glob("*.md"))}
MADE = ("vendors", "surveys", "rpc/products")
"""What the guides make as an example, and is not there."""

_KINDS = {"self": Records, "work": Work}
_TEXTS = {"", ".md", ".py", ".sh", ".toml", ".yaml"}

every = pytest.mark.parametrize("guide", GUIDES)


@every
def test_a_path_in_a_guide_is_there(guide: str) -> None:
    first = "|".join(sorted({str(path.relative_to(ROOT)).partition("/")[0] for path in tracked()}))
    named = re.findall(rf"`((?:{first})/[\w./-]+)", GUIDES[guide])
    linked = re.findall(r"\]\(([\w./-]+\.md)\)", GUIDES[guide])
    wanted = [ROOT / each for each in named if not any(word in each for word in MADE)]
    wanted += [ROOT / "docs/guide" / each for each in linked]
    assert [str(each) for each in wanted if not each.exists()] == []


@every
def test_a_module_that_a_guide_runs_is_there(guide: str) -> None:
    run = set(re.findall(r"-m ([a-z0-9_.]+)", GUIDES[guide]))
    assert [each for each in run if importlib.util.find_spec(each) is None] == []


@every
def test_python_in_a_guide_asks_for_what_the_kit_has(guide: str) -> None:
    for text in re.findall(r"```python\n(.*?)```", GUIDES[guide], re.DOTALL):
        asked = set(_asked(ast.parse(textwrap.dedent(text))))
        assert [each for each in asked if not hasattr(_KINDS[each[0]], each[1])] == []


def _asked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What the methods in a snippet want of the kit, e.g. `work.get`."""
    for method in (each for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef)):
        for node in ast.walk(method):
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr=wanted) if owner in _KINDS:
                    yield owner, wanted


def test_the_guide_to_a_service_names_every_place_that_lists_them() -> None:
    named = set(re.findall(r"`([\w./-]+)`", GUIDES["add-a-service.md"]))
    listing = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix in _TEXTS
        and all(re.search(rf"\b{service}\b", path.read_text()) for service in SERVICES)
    ]
    assert len(listing) > len(SERVICES)
    assert [str(each) for each in listing if not {str(each), str(each.parent)} & named] == []
