"""What stands on what: no file needs one that needs it, however long the way."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, modules


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


PROGRAM = {_name(path): tree for path, tree in modules(*ROOMS).items()}


def _needed(tree: ast.AST) -> Iterator[str]:
    """What a module imports to run, wherever it does; what types alone want is no need."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                inner = (f"{module}.{each.name}" for each in names)
                yield from (each if each in PROGRAM else module for each in inner)
            case _:
                yield from _needed(node)


def test_no_file_needs_one_that_needs_it() -> None:
    graph = {name: {*_needed(tree)} & PROGRAM.keys() - {name} for name, tree in PROGRAM.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))
