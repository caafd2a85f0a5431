"""`./rapport new`, as the guides tell people to use it, in a copy of the working tree."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from cli.failure import CommandFailed
from cli.new import entity, service, verb
from cli.new.draft import Draft
from cli.new.names import EntityName
from cli.new.python import importing
from tests.architecture.sources import ROOT, tracked
from tests.entities.cases import CASES, Case

pytestmark = pytest.mark.xdist_group("new")
TOOLS = Path(sys.executable).parent
GUIDES = ("add-an-entity", "add-a-verb", "add-a-service")


def _copy(folder: Path) -> Path:
    for path in tracked():
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def run(tree: Path, *command: str | Path) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'proto/gen'}"}
    environment = {name: value for name, value in environment.items() if "PYTEST" not in name}
    done = subprocess.run(
        command, cwd=tree, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


def commands_of(guide: str) -> list[list[str]]:
    """Every `./rapport new` that a guide has people type."""
    text = (ROOT / f"docs/guide/{guide}.md").read_text()
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = blocks.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("./rapport new")]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which all that the guides say has been typed."""
    tree = _copy(tmp_path_factory.mktemp("new"))
    for guide in GUIDES:
        asked = commands_of(guide)
        assert asked, guide
        for each in asked:
            run(tree, sys.executable, "-m", "cli.main", *each)
    run(tree, sys.executable, "-m", "cli.building.contract")
    return tree


def test_what_is_written_keeps_every_rule(written: Path) -> None:
    run(written, TOOLS / "ruff", "check", "--no-cache", ".")
    run(written, TOOLS / "ruff", "format", "--no-cache", "--check", ".")
    run(written, TOOLS / "buf", "lint", "proto")
    run(written, TOOLS / "lint-imports", "--no-cache")
    _pytest(written, "tests/architecture")
    _pytest(written, "tests/k8s", "-k", "manifests_pass and local")


def test_a_verb_fails_until_its_rule_and_its_tests_are_written(written: Path) -> None:
    unwritten = (
        "from services.sales.model.products import Product\n"
        "try:\n    Product(name='One').discontinue()\n"
        "except NotImplementedError:\n    print('not written')\n"
    )
    assert run(written, sys.executable, "-c", unwritten) == "not written\n"
    tests = (written / "tests/sales/test_products.py").read_text().split("async def test_")
    new = [each for each in tests if each.startswith("discontinue")]
    assert ["pytest.fail(" in each for each in new] == [True, True]


def test_new_entities_and_a_verb_with_its_rule_pass_the_conformance_suite(
    written: Path,
) -> None:
    model = written / "services/sales/model/products.py"
    unwritten = model.read_text()
    model.write_text(_with_the_guides_rule(unwritten))
    try:
        new = "Vendor or Survey or Product.Discontinue or migrations"
        said = _pytest(written, "tests/entities", "-k", new)
    finally:
        model.write_text(unwritten)
    assert int(re.findall(r"(\d+) passed", said)[-1]) > 3 * 20


def _with_the_guides_rule(model: str) -> str:
    guide = (ROOT / "docs/guide/add-a-verb.md").read_text()
    [rule] = re.findall(r"```python\n(   def discontinue.*?)```", guide, re.DOTALL)
    before, _, _ = model.partition("    def discontinue(")
    text = before + textwrap.indent(textwrap.dedent(rule), "    ")
    return importing("kit.errors", "Refused")(text)


def _pytest(tree: Path, *arguments: str) -> str:
    return run(tree, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_a_verb_finds_its_place_in_every_entity(case: Case) -> None:
    tree = Draft(ROOT)
    verb.draft(tree, str(case), "Frobnicate", does="Does what no entity does.")
    assert {Path(path).parts[0] for path in tree.changed} >= {"proto", "services", "tests"}


def test_names_that_are_taken_are_refused() -> None:
    tree = Draft(ROOT)
    with pytest.raises(CommandFailed, match=r"/api/v1/products is the URL of another"):
        entity.draft(tree, "sales.Product", about="Goods for sale.")
    with pytest.raises(CommandFailed, match="has the message Product already"):
        entity.draft(tree, "sales.Product", about="Goods for sale.", plural="Wares")
    with pytest.raises(CommandFailed, match="has the table product already"):
        entity.draft(tree, "helpdesk.Product", about="Goods for sale.", plural="Wares")
    with pytest.raises(CommandFailed, match="has check already"):
        verb.draft(tree, "helpdesk.Ticket", "Check", does="Looks at the ticket.")
    with pytest.raises(CommandFailed, match="has Resolve already"):
        verb.draft(tree, "helpdesk.Ticket", "Resolve", does="Settles the ticket.")
    with pytest.raises(CommandFailed, match="service chat already"):
        service.draft(tree, "chat", about="People who talk.")
    assert (tree.created, tree.changed) == ([], [])


@pytest.mark.parametrize(
    ("given", "words", "said"),
    [
        ("sales.vendor", {}, "written like sales.PriceList"),
        ("nowhere.Vendor", {}, "There is no service nowhere"),
        ("sales.Sheep", {"plural": "Sheep"}, "plural must differ"),
        ("sales.Vendor", {"about": "suppliers"}, "has to be a sentence"),
        ("sales.Vendor", {"fields": ["since:day:The first."]}, "The kinds are text"),
        ("sales.Vendor", {"fields": ["version:text:Which."]}, "Every record has 'version'"),
        ("sales.Vendor", {"fields": ["name:text:Which."]}, "Two fields are called name"),
        ("sales.Vendor", {"fields": ["from:text:Whence."]}, "'from' is not"),
        ("sales.Class", {}, "'sales.Class' is not"),
        ("sales.Vendor", {"icon": "unicorn"}, "has no icon 'unicorn'"),
        ("sales.Vendor", {"area": "moon"}, "Say by --area"),
        ("sales.Vendor", {"access": "full"}, "--access is one of"),
    ],
)
def test_what_makes_no_sense_is_a_clear_sentence(
    given: str, words: dict[str, object], said: str
) -> None:
    asked: dict[str, object] = {"about": "Those who supply us.", **words}
    with pytest.raises(CommandFailed, match=re.escape(said)):
        entity.draft(Draft(ROOT), given, **asked)  # type: ignore[arg-type]  # the options by name


def test_a_place_that_is_gone_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    for path in ("services/sales", "gateway/web", "docs", "tests/gateway"):
        shutil.copytree(ROOT / path, tmp_path / path)
    main = tmp_path / "services/sales/main.py"
    main.write_text(main.read_text().replace("records=[", "entities=["))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandFailed, match=r"services/sales/main.py has no list `records="):
        entity.draft(Draft(tmp_path), "sales.Vendor", about="Those who supply us.")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("given", "plural", "module", "one"),
    [
        ("sales.PriceList", "Price lists", "price_lists", "a price list"),
        ("sales.Agency", "Agencies", "agencies", "an agency"),
        ("sales.Box", "Boxes", "boxes", "a box"),
        ("sales.Survey", "Surveys", "surveys", "a survey"),
    ],
)
def test_a_name_has_all_its_forms(given: str, plural: str, module: str, one: str) -> None:
    name = EntityName.of(given)
    assert (name.plural, name.module, name.one) == (plural, module, one)
