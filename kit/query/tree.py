"""The tree that a filter is read into: five kinds of nodes and two of values."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A value as written, cut at its wildcards: `Acme*` is the pieces "Acme" and ""."""

    pieces: tuple[str, ...]
    quoted: bool = False

    @property
    def text(self) -> str:
        return "*".join(self.pieces)

    @property
    def missing(self) -> bool:
        return self.pieces == ("null",) and not self.quoted

    @property
    def anything(self) -> bool:
        return self.pieces == ("", "") and not self.quoted


@dataclass(frozen=True, slots=True)
class Call:
    """A function whose value is known when the filter is used: me(), today(-30), now()."""

    name: str
    days: int = 0

    @property
    def text(self) -> str:
        return f"{self.name}({self.days or ''})"


@dataclass(frozen=True, slots=True)
class Compare:
    """One field against one value; `!=` is read as the Not of `=`."""

    name: str
    operator: str
    value: Word | Call


@dataclass(frozen=True, slots=True)
class Search:
    """A bare word, looked for in the searched fields."""

    value: Word


@dataclass(frozen=True, slots=True)
class Not:
    """True where its part is not."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """True where all of its parts are."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one of its parts is."""

    parts: tuple["Node", ...]


Node = Compare | Search | Not | And | Or


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, without recursion: the text may have nested it at will."""
    waiting = [(node, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in _children(node))


def names(node: Node | None) -> frozenset[str]:
    """The fields that a filter names, as it writes them (`custom.region`)."""
    if node is None:
        return frozenset()
    return frozenset(part.name for part, _ in walk(node) if isinstance(part, Compare))


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()
