"""Where a service's migrations stand: what the next is called, and what the kit builds for everyone."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.failure import CommandFailed
from cli.local.processes import BEHIND_IDENTITY
from cli.new.draft import Draft


@dataclass(frozen=True)
class Next:
    """The number of the next migration, and the one before it."""

    revision: str
    before: str

    @classmethod
    def of(cls, tree: Draft, service: str) -> "Next":
        folder = tree.root / "services" / service / "migrations"
        head = chain(folder)[-1]
        highest = max(int(_said(path, "revision") or 0) for path in folder.glob("*.py"))
        return cls(f"{highest + 1:04d}", _said(head, "revision"))


def chain(folder: Path) -> list[Path]:
    """Migrations in the order in which they run, which need not be that of their numbers."""
    after = {_said(path, "down_revision"): path for path in folder.glob("*.py")}
    found, last = list[Path](), ""
    while path := after.pop(last, None):
        found.append(path)
        last = _said(path, "revision")
    if after or not found:
        raise CommandFailed(
            f"The migrations in {folder.name} of {folder.parent.name} are no chain."
        )
    return found


def _said(path: Path, name: str) -> str:
    found = re.search(rf'^{name} = "?(\w+)"?$', path.read_text(), re.MULTILINE)
    if found is None:
        raise CommandFailed(f"{path.name} does not say its {name}.")
    return "" if found.group(1) == "None" else found.group(1)


def built_for_everyone(root: Path, function: str) -> list[tuple[str, str]]:
    """What the migrations of every service call of the kit, whatever its entities are, in order.

    Identity is left out: its first migration has no way back.
    """
    folders = (root / "services" / name / "migrations" for name in BEHIND_IDENTITY)
    each = [list(_calls(folder, function)) for folder in folders if folder.exists()]
    return [call for call in each[0] if all(call in calls for calls in each)]


def _calls(folder: Path, function: str) -> Iterator[tuple[str, str]]:
    for path in chain(folder):
        body = ast.parse(path.read_text()).body
        modules = dict(_imported(body))
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name == function:
                yield from _of_the_kit(node, modules)


def _imported(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """The modules that a migration calls, whole, by the name that it gives them."""
    for node in body:
        if isinstance(node, ast.ImportFrom):
            yield from (
                (each.asname or each.name, f"{node.module}.{each.name}") for each in node.names
            )


def _of_the_kit(function: ast.FunctionDef, modules: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Calls without arguments, or with nothing but a list of the service's tables."""
    for node in function.body:
        match node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), called), args, [])):
                module = modules.get(name, "")
                starred = all(isinstance(each, ast.Starred) for each in args)
                if module.startswith("kit.") and starred:
                    yield module, called
