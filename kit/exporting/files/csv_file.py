"""Comma separated values (RFC 4180), in UTF-8."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable
from contextlib import AsyncExitStack

from kit.exporting.columns import Columns, Entry
from kit.exporting.files.cells import text_of
from kit.exporting.files.form import Form
from kit.importing.file.guarding import guarded


class CsvFile(Form):
    """A line for each record, or for each part of one."""

    def __init__(self, columns: Columns, headings: list[str], *, mark: bool) -> None:
        super().__init__(columns, headings)
        self._mark = mark
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._guards = [each.guard for each in columns]

    async def begin(self, stack: AsyncExitStack) -> bytes:  # noqa: ARG002 - nothing stays open
        self._writer.writerow(guarded(self.headings))
        return (BOM_UTF8 if self._mark else b"") + self._written()

    async def add(self, entries: Iterable[Entry]) -> bytes:
        guards = self._guards
        for entry in entries:
            for line in self.columns.lines(entry):
                self._writer.writerow(
                    guard(text_of(value)) if guard else text_of(value)
                    for guard, value in zip(guards, line, strict=True)
                )
        return self._written()

    def _written(self) -> bytes:
        written = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return written
