"""One workbook: its sheets by their names, and the rows of one of them."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import IO

from kit.errors import Invalid
from kit.importing.workbook.package import Package, broken
from kit.importing.workbook.rows import Row, Rows, Strings
from kit.importing.workbook.values import Form

_MIB = 1024 * 1024
_LARGEST_SHEET, _LARGEST_STRINGS, _LARGEST_PART = 256 * _MIB, 64 * _MIB, 4 * _MIB
_MOST_SHEETS, _MOST_STYLES = 1_000, 70_000


class _Relations:
    """Which parts belong to a part, by their ids, with what each is."""

    def __init__(self, package: Package, of: str) -> None:
        self._folder = posixpath.dirname(of)
        self.by_id: dict[str, tuple[str, str]] = {}
        name = posixpath.join(self._folder, "_rels", f"{posixpath.basename(of)}.rels")
        package.read(name, self, _LARGEST_PART)

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "Relationship" and said.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, said.get("Target", "")))
            self.by_id[said.get("Id", "")] = (said.get("Type", ""), target.lstrip("/"))

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...

    def one(self, kind: str) -> str:
        """The part of a kind; empty where there is none."""
        return next((at for what, at in self.by_id.values() if what.endswith(f"/{kind}")), "")


class _Contents:
    """The sheets that people see, in their order, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.since_1904 = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "sheet" and said.get("state", "visible") == "visible":
            related = (value for key, value in said.items() if key.rpartition(" ")[2] == "id")
            if len(self.sheets) < _MOST_SHEETS:
                self.sheets[said.get("name", "")] = next(related, "")
        elif name == "workbookPr":
            self.since_1904 = said.get("date1904") in ("1", "true")

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


class _Styles:
    """The forms of numbers by the number of the style."""

    def __init__(self, *, since_1904: bool) -> None:
        self.forms: list[Form] = []
        self._since_1904 = since_1904
        self._codes: dict[int, str] = {}
        self._of_cells = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(said["numFmtId"])] = said.get("formatCode", "")
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells and len(self.forms) < _MOST_STYLES:
            number = int(said.get("numFmtId", 0))
            code = self._codes.get(number, "")
            self.forms.append(Form(number, code, since_1904=self._since_1904))

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._of_cells = False


class Book:
    """One workbook, opened."""

    def __init__(self, file: IO[bytes]) -> None:
        self._package = Package(file)
        if "_rels/.rels" not in self._package:
            raise broken()
        main = _Relations(self._package, "").one("officeDocument")
        if main not in self._package:
            raise broken()
        self._contents = _Contents()
        self._package.read(main, self._contents, _LARGEST_PART)
        self._parts = _Relations(self._package, main)

    @property
    def names(self) -> list[str]:
        """The tables among the sheets that people see."""
        known = self._parts.by_id
        return [
            name
            for name, id_ in self._contents.sheets.items()
            if id_ in known and known[id_][0].endswith("/worksheet")
        ]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a sheet that say something, a few in memory at a time."""
        known = self.names
        if name not in known:
            raise Invalid(sheet=f"There is no sheet {name!r}; there are: {', '.join(known)}.")
        rows = Rows(self._strings(), self._forms())
        at = self._parts.by_id[self._contents.sheets[name]][1]
        for _ in self._package.walk(at, rows, _LARGEST_SHEET):
            yield from rows.ready
            rows.ready.clear()

    def _strings(self) -> list[str]:
        strings = Strings()
        if at := self._parts.one("sharedStrings"):
            self._package.read(at, strings, _LARGEST_STRINGS)
        return strings.found

    def _forms(self) -> list[Form]:
        styles = _Styles(since_1904=self._contents.since_1904)
        if at := self._parts.one("styles"):
            self._package.read(at, styles, _LARGEST_PART)
        return styles.forms
