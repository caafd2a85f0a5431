"""What the source may and may not do; each rule has its reason in the design."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, ROOT, calls, functions, modules, text_of, tracked

PROGRAM = modules(*ROOMS)
WRITTEN = PROGRAM | modules("tests")
SERVICES = {
    path: tree for path, tree in modules("services").items() if "migrations" not in path.parts
}
LONGEST_FILE, LONGEST_FUNCTION, LARGEST_ROOM = 300, 50, 13


def _written(path: Path) -> bool:
    return "migrations" not in path.parts and "node_modules" not in path.parts


def test_every_module_opens_by_saying_what_it_is_for() -> None:
    silent = [
        str(path)
        for path, tree in PROGRAM.items()
        if _written(path) and not ast.get_docstring(tree)
    ]
    assert silent == []


def test_every_class_says_what_it_is() -> None:
    silent = [
        f"{path}: {node.name}"
        for path, tree in PROGRAM.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not ast.get_docstring(node)
    ]
    assert silent == []


def test_files_stay_short() -> None:
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in WRITTEN}
    assert {
        str(path): n for path, n in lengths.items() if n > LONGEST_FILE and _written(path)
    } == {}


def test_rooms_stay_small() -> None:
    """Whoever opens a folder for the first time finds the way by the names of a dozen modules."""
    sizes = Counter(
        str(path.parent) for path in PROGRAM if _written(path) and path.stem != "__init__"
    )
    assert {room: size for room, size in sizes.items() if size > LARGEST_ROOM} == {}


def test_functions_stay_short() -> None:
    long = {
        f"{path}: {each.name}": each.end_lineno - each.lineno + 1
        for path, tree in WRITTEN.items()
        if _written(path)
        for each in functions(tree)
        if each.end_lineno and each.end_lineno - each.lineno >= LONGEST_FUNCTION
    }
    assert long == {}


# What is called where.

ONLY_IN = {
    "asyncio.gather": (),
    "asyncio.create_task": (),
    # Each keeps its task and looks at its end; `process_runner` is where loops are started otherwise.
    "asyncio.ensure_future": (
        "kit/process_runner.py",
        "kit/events/connection.py",
        "kit/events/consuming/in_progress.py",
        "kit/health.py",
    ),
    "jsonable_encoder": (),
    "json_format.MessageToDict": (),
    "json_format.MessageToJson": (),
    "time.sleep": ("cli/",),
    "requests.get": (),
    "BaseHTTPMiddleware": (),
}


@pytest.mark.parametrize("name", ONLY_IN)
def test_a_costly_call_stays_where_it_belongs(name: str) -> None:
    found = [
        str(path)
        for path, tree in PROGRAM.items()
        for called, _ in calls(tree)
        if called == name and not str(path).startswith(ONLY_IN[name] or ("nowhere",))
    ]
    assert found == []


def test_transactions_end_in_the_kit() -> None:
    """Identity's sessions and OAuth keep tables of their own, which are no records."""
    own = ("services/identity/oauth/", "services/identity/sessions.py")
    found = [
        str(path)
        for path, tree in modules("services", "gateway").items()
        for called, _ in calls(tree)
        if called.endswith(".commit") and not str(path).startswith(own)
    ]
    assert found == []


SESSIONS = ("kit/database/", "services/identity/oauth/", "services/identity/rpc/oauth.py")


def test_records_are_written_one_way() -> None:
    """ADR 28: SQLAlchemy's sessions are left to what Authlib waits for."""
    found = [
        f"{path}: {name.name}"
        for path, tree in modules("kit", "services", "gateway").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy.")
        for name in node.names
        if "ession" in name.name and not str(path).startswith(SESSIONS)
    ]
    assert found == []


SYSTEM = {
    "kit/choices/declaring.py",
    "kit/indexing/custom_fields.py",
    "kit/choices/merging.py",
    "kit/beside/duplicates/scanning.py",
    "kit/merging/following.py",
    "kit/service_runner.py",
    "kit/records/figures/rates.py",
    "kit/references/copies/backfill.py",
    "kit/references/copies/store.py",
    "services/parties/conversion.py",
    "services/scheduling/inbox/seeing.py",
}
"""Besides jobs, events and first starts: `conversion.py` goes on as whoever converted, and what is
referred to is asked of its owner by the process itself, which then decides who may see it; a service
declares its value lists, compares its records with one another, leads them after a merge, tells how far
its indexes are, and asks for exchange rates, in its own name; `seeing.py` asks
in the service's name what somebody may see whose call may be over."""


def test_only_jobs_events_and_starts_work_as_the_system() -> None:
    found = {
        str(path)
        for path, tree in PROGRAM.items()
        for called, _ in calls(tree)
        if called == "Actor.system" and path.name not in {"jobs.py", "events.py"}
    }
    assert {each for each in found if not _is_a_start(each)} <= SYSTEM


def _is_a_start(path: str) -> bool:
    """What a service does before it is ready names itself `<service>.start`."""
    return '.start")' in (ROOT / path).read_text()


REGARDLESS = {
    f"work.{each}" for each in ("rows", "row", "value", "values", "records", "held", "named")
}
SAYS_WHY = re.compile(
    r"reach|whoever|whether or not|may see|out of sight|everybody|alone|secret|itself"
)


def test_a_read_regardless_of_rights_says_why() -> None:
    """A verb that looks at rows whoever may see them says in words for whom that is no news."""
    silent = [
        f"{path}: {each.name}"
        for path, tree in SERVICES.items()
        if path.parent.name == "rpc"
        for each in functions(tree)
        if REGARDLESS & {called for called, _ in calls(each)}
        if not SAYS_WHY.search(text_of(path, each))
    ]
    assert silent == []


def test_no_statement_changes_records_past_their_rules() -> None:
    """A unit of work writes history and events; `last_sign_in_at` is no change of a person."""
    found = [
        f"{path}: {ast.unparse(call)[:60]}"
        for path, tree in SERVICES.items()
        for called, call in calls(tree)
        if called in {"update", "delete", "sqlalchemy.update", "sqlalchemy.delete"}
        and call.args
        and ast.unparse(call.args[0])[:1].isupper()
    ]
    assert found == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    forbidden = (
        "/wo" + "rk/",
        "/ho" + "me/",
        "pypi.o" + "rg",
        "registry.npm" + "js",
        "farm" + "-",
        'resolved": ' + '"http',
    )
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix
        in {".py", ".md", ".toml", ".lock", ".json", ".yaml", ".yml", ".proto", ".html", ""}
        for word in forbidden
        if word in path.read_text(errors="ignore")
    ]
    assert found == []


@pytest.mark.parametrize(
    "room", ["kit", "services", "gateway", "cli", "proto", "k8s", "tests", "docs"]
)
def test_every_room_of_the_design_is_there(room: str) -> None:
    assert (ROOT / room).is_dir()


def test_every_service_has_its_rooms() -> None:
    for main in (ROOT / "services").glob("*/main.py"):
        service = main.parent
        for name in ("config.py", "README.md", "model", "rpc", "migrations"):
            assert (service / name).exists(), f"{service.name} lacks {name}"
        assert len(list((service / "migrations").glob("*.py"))) >= 1


def test_nobody_writes_a_class_for_the_standard_methods_alone() -> None:
    """The service lists such an entity as `standard(Product)`."""
    bare = [
        str(path)
        for path, tree in SERVICES.items()
        if path.parent.name == "rpc" and path.stem != "__init__" and not any(functions(tree))
    ]
    assert bare == []
