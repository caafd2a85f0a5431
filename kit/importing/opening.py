"""A file as it comes in: which kind it is, by how it begins, and the lines of the table that it holds.

CSV is cut into lines as it arrives. What can only be read as a whole, such as a workbook, is put down
first and then read row by row in a thread, and its rows are kept as lines of CSV: from there on all
kinds are alike.
"""

import asyncio
from abc import ABC, abstractmethod
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO

from kit.errors import Invalid
from kit.importing.cards import calendars, vcards
from kit.importing.file.sheet import Sheet, heading_of, line_of
from kit.importing.workbook.book import Book
from kit.importing.workbook.package import OLD, ZIP, locked
from kit.importing.workbook.rows import Row

Line = tuple[int, str]
"""A line of the table with its number."""

_HEAD = 64
_LONGEST = 1_000_000
_IN_MEMORY = 1024 * 1024
_LARGEST = 64 * 1024 * 1024
_AT_ONCE = 1_000
_EMPTY = "The file is empty; its first line must name the columns."
_NO_SHEET = "The file has no sheets; leave this out."
_TOO_LARGE = f"The file is larger than {_LARGEST // 1024 // 1024} MB; split it, or save it as CSV."


class Table:
    """The rows of a file that is no CSV; the first of them names the columns."""

    delimiter = ","
    encoding = ""

    def __init__(self, rows: Iterator[Row], sheet: str = "", sheets: Sequence[str] = ()) -> None:
        self.sheet, self.sheets = sheet, sheets
        first = next(rows, None)
        if first is None:
            raise Invalid(file=_EMPTY)
        self.heading = heading_of(first[1])
        self._rows = rows

    def lines(self) -> Iterator[Line]:
        """What follows the heading, as lines of CSV."""
        return ((number, _bounded(number, line_of(found))) for number, found in self._rows)


def _bounded(number: int, line: str) -> str:
    if len(line) > _LONGEST:
        raise Invalid(file=f"Line {number:,} is longer than a million characters.")
    return line


def is_whole_only(head: bytes) -> bool:
    """Whether a file that begins so can only be read as a whole."""
    return head.startswith((ZIP, OLD)) or _rows_of_cards(head) is not None


def _rows_of_cards(head: bytes) -> Callable[[IO[bytes]], Iterator[Row]] | None:
    """What reads a file of cards or a calendar."""
    begins = head.removeprefix(BOM_UTF8).lstrip().upper()
    known = {vcards.BEGIN: vcards.rows, calendars.BEGIN: calendars.rows}
    return next((each for begin, each in known.items() if begins.startswith(begin)), None)


def table_of(file: IO[bytes], head: bytes, sheet: str = "") -> Table:
    """The table of a file that is put down; of a workbook that of one sheet, else of the first."""
    if cards := _rows_of_cards(head):
        if sheet:
            raise Invalid(sheet=_NO_SHEET)
        return Table(cards(file))
    if head.startswith(OLD):
        raise locked()
    book = Book(file)
    if not book.names:
        raise Invalid(file=_EMPTY)
    chosen = sheet or book.names[0]
    return Table(book.rows(chosen), chosen, book.names)


class Source(ABC):
    """Where the lines of an import come from."""

    encoding = ""
    sheet = ""
    heading: Sequence[str]
    delimiter: str

    @abstractmethod
    async def more(self) -> Sequence[Line] | None:
        """The next lines, which may be none as yet; None when there will be no more."""


class _Csv(Source):
    """Lines that are cut as the bytes arrive."""

    def __init__(self, data: AsyncIterator[bytes], head: bytes, sheet: Sheet) -> None:
        self._data, self._held, self._sheet = data, head, sheet
        self._ended = False

    async def more(self) -> Sequence[Line] | None:
        if self._ended:
            return None
        if (data := self._held) == b"":
            piece = await anext(self._data, None)
            data, self._ended = piece or b"", piece is None
        self._held = b""
        lines = list(self._sheet.feed(data, last=self._ended))
        self.encoding = self._sheet.encoding
        self.heading, self.delimiter = self._sheet.heading, self._sheet.delimiter
        return lines


class _PutDown(Source):
    """Lines of a file that was put down, read in a thread so that others are served meanwhile."""

    def __init__(self, table: Table) -> None:
        self.heading, self.delimiter, self.sheet = table.heading, table.delimiter, table.sheet
        self._lines = table.lines()

    async def more(self) -> Sequence[Line] | None:
        return await asyncio.to_thread(self._taken) or None

    def _taken(self) -> list[Line]:
        return list(islice(self._lines, _AT_ONCE))


@asynccontextmanager
async def opened(data: AsyncIterator[bytes], sheet: Sheet, name: str = "") -> AsyncIterator[Source]:
    """The lines of a file of whatever kind; `name` is that of a sheet of a workbook."""
    head = b""
    while len(head) < _HEAD and (piece := await anext(data, None)) is not None:
        head += piece
    if is_whole_only(head):
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            await _put_down(file, data, head)
            yield _PutDown(await asyncio.to_thread(table_of, file, head, name))
    elif name:
        raise Invalid(sheet=_NO_SHEET)
    else:
        yield _Csv(data, head, sheet)


async def _put_down(file: IO[bytes], data: AsyncIterator[bytes], head: bytes) -> None:
    file.write(head)
    size = len(head)
    async for piece in data:
        size += len(piece)
        if size > _LARGEST:
            raise Invalid(file=_TOO_LARGE)
        await asyncio.to_thread(file.write, piece)
    file.seek(0)
