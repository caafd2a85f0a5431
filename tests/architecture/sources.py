"""The program's own source, parsed once."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("kit", "services", "gateway", "cli")


def tracked(*patterns: str) -> list[Path]:
    """Files that belong to the repository, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.splitlines() if (path := ROOT / name).is_file()]


@cache
def modules(*rooms: str) -> dict[Path, ast.Module]:
    """The modules of some rooms, by their path from the root."""
    found = tracked(*(f"{room}/**/*.py" for room in rooms), *(f"{room}/*.py" for room in rooms))
    return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in dict.fromkeys(found)}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the text of what is called, e.g. `work.session.execute`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def text_of(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A function as it is written, comments and the two lines above it included."""
    lines = (ROOT / path).read_text().splitlines()
    return "\n".join(lines[max(0, node.lineno - 3) : node.end_lineno])
