"""What stands on what: no file and no folder needs one that needs it, however long the way."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
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


NEEDS = {name: {*_needed(tree)} & PROGRAM.keys() - {name} for name, tree in PROGRAM.items()}
FOLDERS = {name.rpartition(".")[0] for name in PROGRAM}


def _folders(name: str, other: str) -> tuple[str, str] | None:
    """The two folders side by side in which they lie; none where either lies beside the other's."""
    way, other_way = name.split("."), other.split(".")
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(way, other_way, strict=False))
    depth = len(list(shared)) + 1
    one, two = ".".join(way[:depth]), ".".join(other_way[:depth])
    return (one, two) if {one, two} <= FOLDERS and depth <= min(len(way), len(other_way)) else None


def _refuse_circles(graph: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_no_file_needs_one_that_needs_it() -> None:
    _refuse_circles(NEEDS)


def test_no_folder_needs_one_beside_it_that_needs_it() -> None:
    """Whichever of two is opened first, one of them can be read without the other."""
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for name, needed in NEEDS.items():
        for one, two in filter(None, (_folders(name, other) for other in needed)):
            graph[one].add(two)
    _refuse_circles(graph)
