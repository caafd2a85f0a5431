"""The program's own source, parsed once."""

import ast
import gc
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("kit", "services", "gateway", "cli")


def tracked(*patterns: str) -> list[Path]:
    """Files that belong to the repository, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.splitlines() if (path := ROOT / name).is_file()]


def modules(*rooms: str) -> dict[Path, ast.Module]:
    """The modules of some rooms, by their path from the root."""
    return {path: tree for room in rooms for path, tree in _of_room(room).items()}


@cache
def _of_room(room: str) -> dict[Path, ast.Module]:
    found = dict.fromkeys(tracked(f"{room}/**/*.py", f"{room}/*.py"))
    parsed = {path.relative_to(ROOT): ast.parse(path.read_text()) for path in found}
    # They stay until the end, and are no garbage to be looked for again and again.
    gc.freeze()
    return parsed


@cache
def functions(tree: ast.AST) -> Sequence[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(tree)
    return [each for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


@cache
def calls(tree: ast.AST) -> Sequence[tuple[str, ast.Call]]:
    """Every call with the text of what is called, e.g. `work.session.execute`."""
    found = (each for each in ast.walk(tree) if isinstance(each, ast.Call))
    return [(ast.unparse(each.func), each) for each in found]


def text_of(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A function as it is written, comments and the two lines above it included."""
    lines = (ROOT / path).read_text().splitlines()
    return "\n".join(lines[max(0, node.lineno - 3) : node.end_lineno])
