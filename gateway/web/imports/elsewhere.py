"""Exports of other systems, known by the names of their columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.web.described.entities import Entity
from gateway.web.imports.mapping import Target, guessed

_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a file seems to come from, and where its columns go then."""

    name: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entity: Entity, heading: Iterable[str], targets: Sequence[Target]) -> "Elsewhere":
        """The system most of whose names the file has, with those that lead where something may go."""
        bare = {column: _bare(column) for column in heading}
        offered = {each.path for each in targets}
        best = cls()
        for system, known in entity.headings:
            named = {_bare(name): path for name, path in known.items() if path in offered}
            found = {column: named[name] for column, name in bare.items() if name in named}
            # Words that are ours as well speak for nobody.
            theirs = [column for column, path in found.items() if guessed(column, targets) != path]
            if len(theirs) >= _ENOUGH and len(found) > len(best.paths):
                best = cls(system, _once(found))
        return best


def _once(paths: Mapping[str, str]) -> dict[str, str]:
    """Each place is filled by the first column that leads there."""
    taken: set[str] = set()
    kept = {}
    for column, path in paths.items():
        places = set(path.split("+"))
        if not places & taken:
            kept[column] = path
            taken |= places
    return kept


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())
