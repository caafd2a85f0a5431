"""A CSV file read as it arrives: its heading, and each line as it stands there (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from kit.errors import Invalid
from kit.importing.file.encodings import OFFERED, Decoder, Undecodable, named
from kit.importing.file.guarding import GUARDED, unguarded

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""What may part the cells of a line."""

MOST_COLUMNS = 1_000
"""Columns of a table."""

_LIKELY = "\t;|,"
_LONGEST = 1_000_000
_CLOSING = re.compile(r'(?:[^"]|"")*+"(?!")')
# The module's own limit would end at a cell that nobody asked for; lines are bounded here.
csv.field_size_limit(_LONGEST)


class Sheet:
    """Cuts bytes into the lines of a table and holds no more than the one that is not yet whole."""

    sheet = ""
    sheets: Sequence[str] = ()

    def __init__(self, encoding: str = "", delimiter: str = "", *, central: bool = False) -> None:
        self._decoder = Decoder(named(encoding), central=central)
        self._newlines = io.IncrementalNewlineDecoder(None, translate=True)
        self._asked = _asked(delimiter)
        self.heading: list[str] = []
        self.delimiter = self._asked or ","
        self.number = 0
        self._opening = _opening(self._asked or _LIKELY)
        self._rest = ""
        self._parts: list[str] = []
        self._open = False

    @property
    def encoding(self) -> str:
        """How the bytes so far were read."""
        return self._decoder.encoding

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[tuple[int, str]]:
        """The lines that are whole now, numbered as a spreadsheet numbers its rows."""
        try:
            text, fault = self._decoder.feed(data, last=last), ""
        except Undecodable as wrong:
            text, fault = wrong.before, _not_readable(self.encoding)
        if "\x00" in text:
            text, fault = text.partition("\x00")[0], "holds a zero character; save it as CSV UTF-8."
        yield from self._cut(self._newlines.decode(text, last), last=last and not fault)
        if fault:
            raise Invalid(file=f"Line {self.number + 1} {fault}")
        if last and self._open:
            raise Invalid(file=f"Line {self.number + 1} opens a quote that is never closed.")
        if last and not self.heading:
            raise Invalid(file="The file is empty; its first line must name the columns.")

    def _cut(self, text: str, *, last: bool) -> Iterator[tuple[int, str]]:
        *whole, self._rest = (self._rest + text).split("\n")
        if last and self._rest:
            whole.append(self._rest)
        for physical in whole:
            yield from self._taken(physical)
        self._bounded(len(self._rest))

    def _taken(self, physical: str) -> Iterator[tuple[int, str]]:
        """A quoted cell may hold line ends, so a line of the table may be several of the file."""
        self._parts.append(physical)
        self._open = self._ends_open(physical)
        if self._open:
            self._bounded(sum(map(len, self._parts)))
            return
        line = "\n".join(self._parts)
        self._parts.clear()
        self._bounded(len(line))
        self.number += 1
        if not line.strip(" \t,;|"):
            return
        if self.heading:
            yield self.number, line
        else:
            self._head(line)

    def _ends_open(self, physical: str) -> bool:
        """Whether a quoted cell goes on beyond the end of this physical line."""
        if '"' not in physical:
            return self._open
        place, open_ = 0, self._open
        while True:
            if open_:
                closed = _CLOSING.match(physical, place)
                if closed is None:
                    return True
                place = closed.end()
            opened = self._opening.search(physical, place)
            if opened is None:
                return False
            place, open_ = opened.end(), True

    def _head(self, line: str) -> None:
        bare = re.sub(r'"(?:[^"]|"")*+"', "", line)
        likely = max(_LIKELY, key=bare.count)
        self.delimiter = self._asked or (likely if likely in bare else ",")
        self._opening = _opening(self.delimiter)
        self.heading = heading_of(cells(line, self.delimiter))

    def _bounded(self, length: int) -> None:
        if length > _LONGEST:
            raise Invalid(
                file=f"Line {self.number + 1} is longer than a million characters;"
                " is a quote left open?"
            )


def cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line; ValueError when it cannot be read."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as wrong:
        raise ValueError("This line cannot be read as CSV; look at its quotes.") from wrong


def heading_of(first: Sequence[str]) -> list[str]:
    """The names of the columns, as they were before they were made safe for a spreadsheet."""
    if len(first) > MOST_COLUMNS:
        told = f"The first line names {len(first):,} columns; take in at most {MOST_COLUMNS:,}."
        raise Invalid(file=told)
    heading = [cell.strip() for cell in first]
    return unguarded(heading) if GUARDED in heading else heading


def line_of(found: Sequence[str]) -> str:
    """Cells as a line of CSV, which `cells` takes apart again."""
    text = io.StringIO()
    # Line ends within cells are quoted as long as they are line ends to the writer.
    csv.writer(text, lineterminator="\r\n").writerow(found)
    return text.getvalue()[:-2]


def _asked(delimiter: str) -> str:
    """The delimiter that a plan asks for, as a sign or by its name."""
    sign = {name: sign for sign, name in DELIMITERS.items()}.get(delimiter, delimiter)
    if sign and sign not in DELIMITERS:
        raise Invalid(delimiter=f"Choose one of: {', '.join(DELIMITERS.values())}.")
    return sign


def _not_readable(encoding: str) -> str:
    return (
        f"holds a byte that {OFFERED[encoding].partition(' (')[0]} does not have;"
        " name the encoding of the file, or save it as CSV UTF-8."
    )


def _opening(delimiters: str) -> re.Pattern[str]:
    """A quote opens a cell only where the cell begins."""
    return re.compile(rf'(?:^|[{re.escape(delimiters)}])"')
