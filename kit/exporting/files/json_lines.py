"""JSON lines: an object for each record, by the names of the columns, with its parts as lists."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from kit.entity.kinds.numbers import written
from kit.errors import Problem
from kit.exporting.columns import Columns, Entry
from kit.exporting.files.form import Form


class JsonLines(Form):
    """A line for each record; where it ends early, a last one says why under `problem`."""

    def __init__(self, columns: Columns, headings: list[str]) -> None:
        super().__init__(columns, headings)
        self._encoder = msgspec.json.Encoder(decimal_format="string")
        self._own = [each for each in columns if not each.part_of]
        self._parts = {
            name: [each for each in columns if each.part_of == name] for name in columns.rows
        }

    async def add(self, entries: Iterable[Entry]) -> bytes:
        return self._encoder.encode_lines([self._object(each) for each in entries])

    def broken(self, problem: Problem) -> bytes:
        told = {"problem": {"title": problem.title, "detail": problem.message}}
        return self._encoder.encode_lines([told])

    def _object(self, entry: Entry) -> dict[str, Any]:
        own = {each.path: _plain(each.value(entry, 0)) for each in self._own}
        return own | {name: self._rows(entry, name) for name in self._parts}

    def _rows(self, entry: Entry, name: str) -> list[dict[str, Any]]:
        columns, start = self._parts[name], len(name) + 1
        return [
            {
                each.path[start:]: _plain(value)
                for each in columns
                if (value := each.value(entry, number)) is not None
            }
            for number in range(len(entry.decoded(name)))
        ]


def _plain(value: Any) -> Any:
    """Numbers that are exact travel as text, as everywhere."""
    return written(value) if isinstance(value, Decimal) else value
