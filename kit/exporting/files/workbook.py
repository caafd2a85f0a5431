"""A workbook (Office Open XML), written row by row into a file of a moment, and sent when it is whole.

Cells are typed: text is text and no spreadsheet runs it, and where it looks like a formula the cell
says so too, or editing it would. A number is a number as long as a spreadsheet holds it exactly.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from kit.errors import Refused
from kit.exporting.columns import Columns, Entry
from kit.exporting.files.cells import text_of
from kit.exporting.files.form import Form
from kit.importing.file.guarding import begins_formula
from kit.importing.workbook.values import UTC_SIGN

_ROWS = 1_048_576
"""Lines on one sheet."""
# Written twice and packed before it goes; two at a time have to fit into what a pod may write.
_MOST_BYTES = 256 * 1024 * 1024
_LONGEST_TEXT = 32_767
# A spreadsheet counts in binary, and gives back this many digits as they were.
_DIGITS = 15
_BEYOND = 1_000_000_000_000_000
_FIRST_DAY = date(1900, 3, 1)
_PIECE = 256 * 1024
_TOO_MUCH = (
    "This is more than a workbook takes; take fewer rows or columns, or CSV, which has no end."
)


class WorkbookFile(Form):
    """Sheets of one table, each with its headings; no more than a batch of them is held in memory."""

    def __init__(self, columns: Columns, headings: list[str]) -> None:
        super().__init__(columns, headings)
        self._title = columns.record.plural[:25]
        self._row = 0

    async def begin(self, stack: AsyncExitStack) -> bytes:
        folder = stack.enter_context(TemporaryDirectory(prefix="rapport-export-"))
        self._path = Path(folder) / "export.xlsx"
        self._book = Workbook(str(self._path), {"constant_memory": True, "tmpdir": folder})
        self._book.use_zip64()
        stack.callback(self._let_go)
        self._formats = _Formats(self._book)
        self._turn_over()
        return b""

    async def add(self, entries: Iterable[Entry]) -> bytes:
        """Written in a thread, since it takes a while and others call meanwhile."""
        await asyncio.to_thread(self._write, entries)
        return b""

    async def end(self) -> AsyncIterator[bytes]:
        await asyncio.to_thread(self._book.close)
        with self._path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece

    def _let_go(self) -> None:
        """The library closes its files with the book, which one that breaks off never is."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _turn_over(self) -> None:
        number = len(self._book.worksheets()) + 1
        self._sheet = self._book.add_worksheet(self._title + (f" {number}" if number > 1 else ""))
        self._sheet.freeze_panes(1, 0)
        for place, heading in enumerate(self.headings):
            self._sheet.write_string(0, place, heading, self._formats.heading)
        self._row = 1

    def _write(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            for line in self.columns.lines(entry):
                self._write_line(line)
        if sum(each.stat().st_size for each in self._path.parent.iterdir()) > _MOST_BYTES:
            raise Refused(_TOO_MUCH)

    def _write_line(self, line: Sequence[Any]) -> None:
        if self._row == _ROWS:
            self._turn_over()
        for place, value in enumerate(line):
            if value is not None:
                self._write_cell(place, value)
        self._row += 1

    def _write_cell(self, place: int, value: Any) -> None:
        sheet, at = self._sheet, (self._row, place)
        if isinstance(value, bool):
            sheet.write_boolean(*at, value)
        elif isinstance(value, int | Decimal) and _is_exact(value):
            sheet.write_number(*at, value)
        elif isinstance(value, date) and (told := _told(value)) is not None:
            moment = isinstance(value, datetime)
            sheet.write_datetime(*at, told, self._formats.moment if moment else self._formats.day)
        else:
            text = text_of(value)
            quoted = self._formats.quoted if begins_formula(text) else None
            if sheet.write_string(*at, text[:_LONGEST_TEXT], quoted):
                raise ValueError(f"No cell at {at}.")


class _Formats:
    """How cells are shown."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "quote_prefix": True})
        self.quoted: Format = book.add_format({"quote_prefix": True})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        # Behind it stands that it is in UTC: people see it, and an import reads it.
        self.moment: Format = book.add_format({"num_format": f"yyyy-mm-dd hh:mm:ss{UTC_SIGN}"})


def _is_exact(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return abs(number) < _BEYOND
    return bool(number.is_finite() and len(number.as_tuple().digits) <= _DIGITS)


def _told(value: date) -> date | None:
    """A day, or a moment in UTC to the millisecond; none of before a spreadsheet's time."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        shown = moment.replace(microsecond=math.floor(moment.microsecond / 1000) * 1000)
        return shown if moment.date() >= _FIRST_DAY else None
    return value if value >= _FIRST_DAY else None
