"""A CSV file read as it arrives: its heading, and each line as it stands there (RFC 4180)."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from kit.errors import Invalid

_DELIMITERS = "\t;,"
_LONGEST = 1_000_000
_CLOSING = re.compile(r'(?:[^"]|"")*+"(?!")')


class Sheet:
    """Cuts bytes into the lines of a table and holds no more than the one that is not yet whole."""

    def __init__(self) -> None:
        text = codecs.getincrementaldecoder("utf-8-sig")()
        self._decoder = io.IncrementalNewlineDecoder(text, translate=True)
        self.heading: list[str] = []
        self.delimiter = ","
        self.number = 0
        self._opening = _opening(_DELIMITERS)
        self._rest = ""
        self._parts: list[str] = []
        self._open = False

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[tuple[int, str]]:
        """The lines that are whole now, numbered as a spreadsheet numbers its rows."""
        *whole, self._rest = (self._rest + self._decoded(data, last)).split("\n")
        if last and self._rest:
            whole.append(self._rest)
        for physical in whole:
            yield from self._taken(physical)
        self._bounded(len(self._rest))
        if last and self._open:
            raise Invalid(file=f"Line {self.number + 1} opens a quote that is never closed.")
        if last and not self.heading:
            raise Invalid(file="The file is empty; its first line must name the columns.")

    def _decoded(self, data: bytes, last: bool) -> str:
        try:
            text = self._decoder.decode(data, last)
        except UnicodeDecodeError as wrong:
            where = f"After line {self.number}"
            raise Invalid(
                file=f"{where} the file is not UTF-8; save it as “CSV UTF-8” and try again."
            ) from wrong
        if "\x00" in text:
            raise Invalid(file="The file holds zero characters; save it as “CSV UTF-8”.")
        return text

    def _taken(self, physical: str) -> Iterator[tuple[int, str]]:
        """A quoted cell may hold line ends, so a line of the table may be several of the file."""
        self._parts.append(physical)
        self._open = self._ends_open(physical)
        if self._open:
            self._bounded(sum(map(len, self._parts)))
            return
        line = "\n".join(self._parts)
        self._parts.clear()
        self.number += 1
        if not line.strip(" \t,;"):
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
        likely = max(_DELIMITERS, key=bare.count)
        self.delimiter = likely if likely in bare else ","
        self._opening = _opening(self.delimiter)
        self.heading = [cell.strip() for cell in cells(line, self.delimiter)]

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
        raise ValueError(f"This line is no CSV: {wrong}.") from wrong


def _opening(delimiters: str) -> re.Pattern[str]:
    """A quote opens a cell only where the cell begins."""
    return re.compile(rf'(?:^|[{delimiters}])"')
