"""The lines of which vCard and iCalendar are made, unfolded and taken apart (RFC 6350 §3, RFC 5545 §3.1).

vobject knows the rules of vCard 3 and keeps a whole file as a tree, as icalendar does. What an import
takes are a dozen properties of one card at a time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from kit.errors import Invalid

_LONGEST = 8 * 1024 * 1024
_PREFERENCES = frozenset(map(str, range(1, 101)))
_LINE = re.compile(
    r'(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<params>(?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';(?P<name>[\w-]+)(?:=(?P<values>(?:"[^"]*"|[^";])*))?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Property:
    """One of what a card says."""

    line: int
    name: str
    params: Mapping[str, Sequence[str]]
    value: str

    def told(self, name: str) -> str:
        """The first value of a parameter, in the letters in which it stands."""
        return next(iter(self.params.get(name, ())), "")

    @property
    def types(self) -> set[str]:
        """What it is for, `work` or `cell`; old cards say so without a name."""
        said = {each.lower() for each in self.params.get("TYPE", ())}
        return said | {name.lower() for name, values in self.params.items() if not values}

    @property
    def preference(self) -> int:
        """Where it stands among its like: 1 is the most wanted."""
        if (told := self.told("PREF")) in _PREFERENCES:
            return int(told)
        return 1 if "pref" in self.types else len(_PREFERENCES) + 1

    @property
    def text(self) -> str:
        """The value as it is meant."""
        return unescaped(self.value)

    @property
    def parts(self) -> list[str]:
        """The values of what is made of several, as an address is."""
        return [unescaped(each) for each in _apart(self.value)]


def unescaped(text: str) -> str:
    """Without the signs that keep commas and line ends from being taken for others."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def _apart(text: str) -> Iterator[str]:
    """Cut at semicolons that are not escaped."""
    start = place = 0
    while place < len(text):
        if text[place] == ";":
            yield text[start:place]
            start = place + 1
        place += 2 if text[place] == "\\" else 1
    yield text[start:]


def properties(file: IO[bytes], kept: frozenset[str]) -> Iterator[Property]:
    """The properties of these names in their order, and where what begins and ends."""
    for number, raw in _unfolded(file):
        text = _decoded(raw)
        found = _LINE.fullmatch(text)
        if found is None or (name := found["name"].upper()) not in kept:
            continue
        if "\x00" in text:
            raise Invalid(file=f"Line {number:,} holds a zero character.")
        yield Property(number, name, _params(found["params"]), found["value"])


def _params(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in _PARAM.finditer(text):
        values = (each["values"] or "").replace('"', "").split(",") if each["values"] else []
        found.setdefault(each["name"].upper(), []).extend(values)
    return found


def _unfolded(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """A line that begins with a blank goes on with the one before; bytes are joined before letters."""
    start, held, size = 0, bytearray(), 0
    for number, raw in enumerate(iter(lambda: file.readline(_LONGEST), b""), start=1):
        line = raw.rstrip(b"\r\n")
        size += len(line)
        if line[:1] in (b" ", b"\t") and start:
            held += line[1:]
        else:
            if held:
                yield start, bytes(held)
            start, held, size = number, bytearray(line), len(line)
        if size >= _LONGEST:
            raise Invalid(file=f"Line {start:,} is longer than is taken in; leave out its picture.")
    if held:
        yield start, bytes(held)


def _decoded(raw: bytes) -> str:
    """UTF-8 as the standards have it, else what programs in the west wrote before."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
