"""Each clause of the reach is needed: without it the checker finds a difference in one fixed world."""

import ast
import copy
import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit.access import profiles
from kit.access.organisation import Organisation
from kit.access.permit import Permit
from kit.access.policy import Policy
from tests.security.checker import disagreements
from tests.security.oracle import Group, Person, Role, Rule, Thing, World

PLAIN, ALL, ALL_EDIT, SEE = (
    {"view", "edit"},
    {"view", "view_all"},
    {"view", "edit", "view_all", "edit_all"},
    {"view"},
)


def fixed_worlds() -> Iterator[World]:
    """One organisation with three defaults, without its rules, and with confidential records."""
    for default in ("private", "read", "edit"):
        yield _world(default)
    yield dataclasses.replace(_world("private"), rules=[])
    yield dataclasses.replace(_world("private"), confidential=True)
    yield dataclasses.replace(_world("private"), hiding={0, 2, 3})
    for setting_up in (False, True):
        lines = {0: "*", 1: "configuration", 2: "*", 4: "configuration"}
        yield dataclasses.replace(_world("private"), configuration=setting_up, lines=lines)


def _world(default: str) -> World:
    """Roles 0 > 1 > 2, 0 > 3 and an empty 4 below 3; the groups run in a circle."""
    return World(
        people=[
            Person(roles={0}, profiles={0}),
            Person(roles={1}, profiles={0}),
            Person(roles={2}, profiles={0}),
            Person(roles={3, 2}, profiles={0}),
            Person(roles=set(), profiles={0}),
            Person(roles=set(), profiles={1}),
            Person(roles=set(), profiles={2}),
            Person(active=False, roles={2}, profiles={0, 2}),
            Person(roles={5}, profiles=set()),
            Person(roles=set(), profiles={0}),
            Person(roles=set(), profiles={4}),
            Person(roles={3}, profiles={0}),
            Person(roles=set(), profiles=set()),
            Person(roles=set(), profiles={5}),
        ],
        roles=[Role(), Role(0), Role(1), Role(0), Role(3), Role(None, {3})],
        groups=[
            Group({("person", 4), ("group", 1)}),
            Group({("role", 2), ("group", 0)}),
            Group({("role_and_below", 1)}),
            Group({("role", 4)}),
            Group({("role_and_below", 4)}),
            Group({("group", 3)}),
        ],
        profiles=[PLAIN, ALL, ALL_EDIT, SEE, {"view", "delete"}, {"delete"}],
        rules=[
            Rule(("person", 5), ("person", 9), "read"),
            Rule(("role", 3), ("role", 5), "edit"),
            Rule(("role_and_below", 1), ("group", 0), "edit"),
            Rule(("group", 2), ("person", 10), "edit"),
            Rule(("person", 6), ("role_and_below", 1), "edit"),
        ],
        default=default,
        things=_things(),
    )


def _things() -> list[Thing]:
    """One of everybody, and those of a person without roles that are shared with each kind."""
    return [
        *(Thing(owner) for owner in (*range(11), 13)),
        Thing(12, {("person", 4): "read"}),
        Thing(12, {("person", 2): "edit"}),
        Thing(12, {("role", 1): "edit"}),
        Thing(12, {("role", 4): "read"}),
        Thing(12, {("role_and_below", 3): "read"}),
        Thing(12, {("role_and_below", 1): "edit"}),
        Thing(12, {("role_and_below", 4): "read"}),
        Thing(12, {("group", 0): "read"}),
        Thing(12, {("group", 2): "edit"}),
        Thing(12, {("group", 3): "read"}),
        Thing(12, {("group", 4): "read"}),
        Thing(12, {("group", 5): "edit"}),
        *(Thing(owner, private=True) for owner in (1, 2, 5, 6)),
        Thing(12, {("person", 2): "read"}, private=True),
        Thing(12, {("role", 2): "edit"}, private=True),
        Thing(12, {("role_and_below", 1): "read"}, private=True),
        Thing(12, {("group", 1): "read"}, private=True),
    ]


CLAUSES = [
    Permit._reach,
    Permit.rows,
    Permit._owners,
    Permit._opens,
    Permit._confidential,
    profiles.rights,
    profiles.hides,
    profiles.allowed,
    Policy.row_keys,
    Organisation.opens,
    Organisation.is_meant,
    Organisation._principals,
    Organisation.below,
    Organisation.subordinates,
    Organisation.roles_below,
    Organisation.members,
    Organisation._in_group,
    Organisation._roles_in_group,
    Organisation.profiles_of,
]

_HELD = "{held for role in roles for held in self.holders.get(role, ())}"

# What no small world can show, each with its reason.
UNSEEN = {
    # Whatever is here may be private; what may not, needs no look at a row.
    "rows: if everywhere and (not self._apart): -> if False",
    "rows: everywhere and (not self._apart) -> not self._apart",
    # Nothing in these worlds hangs on anything; test_what_hangs_on_a_record.py has what does.
    "rows: self._opens(level) or self._opens_above(ways) -> self._opens(level)",
    "rows: everywhere and self._apart == PRIVATE -> everywhere",
    # A share with somebody who is gone has no key, and no caller has that key either.
    "row_keys: key is not None and held.includes(level) -> held.includes(level)",
    # Identity refuses a circle of roles.
    "below: found - {role_id} -> found",
    # Whoever asks for the subordinates adds the person again.
    f"subordinates: {_HELD} - {{person_id}} -> {_HELD}",
}


def _drops(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The node with one of its parts left out."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.Sub):
        yield ast.unparse(node.left), node.left
        if isinstance(node.op, ast.BitOr):
            yield ast.unparse(node.right), node.right
    if isinstance(node, ast.BoolOp):
        for kept in range(len(node.values)):
            values = [value for place, value in enumerate(node.values) if place != kept]
            left = values[0] if len(values) == 1 else ast.BoolOp(node.op, values)
            yield ast.unparse(left), left
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield "pass", ast.Pass()
    if isinstance(node, ast.If):
        yield "if False", ast.If(ast.Constant(value=False), node.body, node.orelse)


def _mutants(function: Callable[..., Any]) -> Iterator[tuple[str, ast.Module]]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for place, node in enumerate(ast.walk(tree)):
        for number, (said, _) in enumerate(_drops(node)):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[place]
            replacement = list(_drops(target))[number][1]
            _Replace(target, replacement).visit(changed)
            title = f"{function.__name__}: {_line(node)} -> {said}"
            yield title, ast.fix_missing_locations(changed)


def _line(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0]


class _Replace(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self._new if node is self._old else super().visit(node)


MUTANTS = [
    pytest.param(clause, tree, id=title)
    for clause in CLAUSES
    for title, tree in _mutants(clause)
    if title not in UNSEEN
]


def test_the_kit_agrees_with_the_oracle_in_the_fixed_worlds() -> None:
    assert [each for world in fixed_worlds() for each in disagreements(world)] == []


@pytest.mark.parametrize(("clause", "tree"), MUTANTS)
def test_a_clause_that_is_left_out_is_noticed(
    clause: Any, tree: ast.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = _owner(clause)
    names = dict(vars(sys.modules[clause.__module__]))
    exec(compile(tree, "mutant", "exec"), names)  # noqa: S102 - it is our own source, less one clause
    monkeypatch.setattr(owner, clause.__name__, names[clause.__name__])
    assert any(_differs(world) for world in fixed_worlds())


def _owner(clause: Any) -> Any:
    """The class or module in which it stands."""
    module = sys.modules[clause.__module__]
    name, _, within = clause.__qualname__.partition(".")
    return getattr(module, name) if within else module


def _differs(world: World) -> bool:
    """A mutant that falls over or never ends its walk is noticed too."""
    try:
        return bool(disagreements(world))
    except (RecursionError, KeyError, ValueError, AttributeError, TypeError):
        return True
