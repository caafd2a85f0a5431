"""Lines of one record: where a file says the parts of a record line by line, they are taken in as one.

What is the record's own stands in one line or is the same in several; each line adds a row to those of
the lines before it. A record is taken in whole or not at all, and by lines that stand together: then
no more of a file is held than a record has.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from kit.entity import Rows
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.importing.mapping.references import Reason
from kit.text.folding import typed

_APART = "Line {} is of the same record; let the lines of one record stand together."
_OTHERWISE = "Line {} says otherwise of the same record; say the same, or leave this empty."
_TOO_MANY = "More than {:,} lines are of this record; it cannot have as many of them."


def most_lines(layout: Layout) -> int:
    """How many lines of a file may be one record: as many as say rows of it, if they meet by a key."""
    named = {each.name for each in layout.sources if each.path.column and not each.path.row}
    kinds = (layout.record.fields[name].said.kind for name in named)
    most = min((kind.most for kind in kinds if isinstance(kind, Rows)), default=1)
    # What lines take along they name as often as they like, each by itself.
    return most if layout.keys and not layout.along else 1


def whole(layout: Layout, lines: Sequence[Line]) -> Sequence[Line]:
    """Of lines that others follow in the file, those whose records are complete."""
    if most_lines(layout) == 1:
        return lines
    return [line for run in _runs(layout, lines)[:-1] for line in run]


def gathered(layout: Layout, lines: Sequence[Line]) -> list[Line]:
    """Each first line of a record with the others behind it; all apart where one of them cannot go."""
    if most_lines(layout) == 1:
        return list(lines)
    runs = (apart for run in _runs(layout, lines) for apart in _apart(layout, run))
    return [line for run in runs for line in _joined(layout, run)]


async def refused(layout: Layout, lines: AsyncIterator[tuple[int, str]]) -> Mapping[int, Reason]:
    """Of a whole file, the keys whose lines stand apart, or are more than a record can have."""
    seen: dict[int, int] = {}
    found: dict[int, Reason] = {}
    last, length, most = 0, 0, most_lines(layout)
    async for number, original in lines:
        key = _key(layout, original)
        length = length + 1 if key == last else 1
        if length > most:
            found[key] = Reason(_TOO_MANY.format(most))
        elif key and key != last and key in seen:
            found.setdefault(key, Reason(_APART.format(seen[key])))
        if key:
            seen.setdefault(key, number)
        last = key
    return found


def key_of(layout: Layout, line: Line) -> int:
    """What stands for the record that a line means; nothing where it does not say."""
    return _hashed(layout, line.texts)


def _key(layout: Layout, original: str) -> int:
    with suppress(ValueError):
        return _hashed(layout, layout.read(original))
    return 0


def _hashed(layout: Layout, texts: Sequence[tuple[Any, str]]) -> int:
    """Of a million keys, a number of each takes little room."""
    keys = [each for each in layout.keys if each not in layout.after]
    said = {source.spot: typed(text) for source, text in texts if source.spot in keys}
    return hash(tuple(map(said.get, keys))) if said and len(said) == len(keys) else 0


def _runs(layout: Layout, lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of one record that stand together; one without a key is by itself."""
    keyed = groupby(lines, lambda line: (key := key_of(layout, line), 0 if key else line.number))
    return [list(run) for _, run in keyed]


def _apart(layout: Layout, run: list[Line]) -> Iterator[list[Line]]:
    """Lines that read alike are of several records where they refer to several by their key."""
    names = layout.after.intersection(layout.keys)
    apart: list[Line] = []
    said: dict[str, Any] = {}
    for line in run:
        told = {name: line.values[name] for name in names if name in line.values}
        if any(said.get(name, value) != value for name, value in told.items()):
            yield apart
            apart, said = [], {}
        apart.append(line)
        said |= told
    yield apart


def _joined(layout: Layout, run: list[Line]) -> list[Line]:
    leader, *others = run
    for line in others:
        line.follows = True
        _join(layout, leader, line)
    if not others:
        return run
    if not any(line.state for line in run):
        leader.others = others
        return [leader]
    wrong = next((line for line in run if line.state == "rejected"), None)
    for line in run:
        if wrong is None:
            line.state = "waiting"
        elif line.state != "rejected":
            line.go_with(wrong)
    return run


def _join(layout: Layout, leader: Line, line: Line) -> None:
    """Lets the first line say what another one says of the record itself, unless they contradict."""
    known = dict(_once(leader))
    for spot, value in _once(line):
        if spot not in layout.keys and known.get(spot, value) != value:
            line.state, line.reasons[spot] = "rejected", Reason(_OTHERWISE.format(leader.number))
    leader.values = line.values | leader.values
    leader.custom = line.custom | leader.custom


def _once(line: Line) -> Iterator[tuple[str, Any]]:
    """What a record has once: its own fields, and rows that are named by their kind."""
    yield from line.values.items()
    yield from ((f"custom.{key}", value) for key, value in line.custom.items())
    for name, rows in line.rows.items():
        for kind, row in rows.items():
            yield from ((f"{name}[{kind}].{each}", row[each]) for each in row if kind)
