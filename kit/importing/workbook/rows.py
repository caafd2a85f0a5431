"""The rows of a sheet as they go by: which cell stands where, and what it says."""

import re
from collections.abc import Mapping, Sequence

from kit.errors import Invalid
from kit.importing.file.sheet import MOST_COLUMNS
from kit.importing.workbook.package import broken
from kit.importing.workbook.values import Form

_LONGEST = 1_000_000
_LAST_ROW = 1_048_576
_AT = re.compile(r"([A-Z]{1,3})\d*")
_LETTERS = 26
_NO_VALUE = (
    "Cell {} holds a formula, and the file does not say what it comes to;"
    " open it in a spreadsheet program and save it."
)
_TOO_WIDE = f"Row {{}} has something beyond column {MOST_COLUMNS:,}; take away what is not needed."
_TOO_LONG = "Row {} is longer than a million characters."

Row = tuple[int, list[str]]
"""The number of a row, as a spreadsheet counts, and what its cells say."""


class Strings:
    """The texts that the cells of a workbook share; what is written above them is no part of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._told = self._above = False

    def start(self, name: str, said: Mapping[str, str]) -> None:  # noqa: ARG002 - what every walker is told
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._above = True
        self._told = name == "t" and not self._above

    def text(self, data: str) -> None:
        if self._told:
            self._parts.append(data)

    def end(self, name: str) -> None:
        self._told = False
        if name == "si":
            self.found.append("".join(self._parts))
        elif name == "rPh":
            self._above = False


class Rows:
    """The rows of one sheet; those that are whole stand in `ready` until they are taken."""

    def __init__(self, strings: Sequence[str], forms: Sequence[Form]) -> None:
        self.ready: list[Row] = []
        self._strings, self._forms = strings, forms
        self._number = self._column = self._length = 0
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._told = self._above = self._valued = self._counted = False
        self._kind = self._at = ""
        self._form: Form | None = None

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(said)
        elif name in ("v", "t"):
            self._told, self._valued = not self._above, True
        elif name == "f":
            self._counted = True
        elif name == "row":
            self._begin_row(said)
        elif name == "rPh":
            self._above = True

    def text(self, data: str) -> None:
        if self._told:
            self._parts.append(data)
            self._length += len(data)
            if self._length > _LONGEST:
                raise Invalid(file=_TOO_LONG.format(self._number))

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._told = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self.ready.append((self._number, self._cells))
        elif name == "rPh":
            self._above = False

    def _begin_row(self, said: Mapping[str, str]) -> None:
        number = int(said.get("r") or self._number + 1)
        if not self._number < number <= _LAST_ROW:
            raise broken()
        self._number, self._cells, self._column, self._length = number, [], 0, 0

    def _begin_cell(self, said: Mapping[str, str]) -> None:
        self._at, self._kind = said.get("r", ""), said.get("t", "n")
        self._column = _column(self._at) if self._at else self._column + 1
        style = said.get("s")
        self._form = self._forms[int(style)] if style and self._forms else None
        self._parts, self._valued, self._counted = [], False, False

    def _end_cell(self) -> None:
        if self._counted and not self._valued:
            raise Invalid(file=_NO_VALUE.format(self._at or f"in row {self._number}"))
        if self._parts and (value := self._value("".join(self._parts))):
            self._put(value)

    def _value(self, text: str) -> str:
        if self._kind == "n":
            return (self._form or _PLAIN).text(text.strip())
        if self._kind == "s":
            text = self._strings[int(text)]
            self._length += len(text)
        elif self._kind == "b":
            return "true" if text.strip() == "1" else "false"
        # Line ends of other systems stand as the sign that Excel makes of them.
        return text.replace("_x000D_", "").replace("\r\n", "\n")

    def _put(self, value: str) -> None:
        if not 0 < self._column <= MOST_COLUMNS:
            raise Invalid(file=_TOO_WIDE.format(f"{self._number:,}"))
        if self._length > _LONGEST:
            raise Invalid(file=_TOO_LONG.format(f"{self._number:,}"))
        missing = self._column - len(self._cells)
        if missing > 0:
            self._cells.extend([""] * missing)
        self._cells[self._column - 1] = value


_PLAIN = Form(0)


def _column(at: str) -> int:
    """The number of a column by its letters."""
    found = _AT.fullmatch(at)
    if found is None:
        raise broken()
    number = 0
    for letter in found[1]:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number
