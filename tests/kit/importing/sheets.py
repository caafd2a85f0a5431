"""Workbooks as tests write them: by a library, or part by part where no library would."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.workbook import Workbook

_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINK = '<Relationships><Relationship Id="{}" Type="{}/{}" Target="{}"/></Relationships>'
PARTS = {
    "[Content_Types].xml": _TYPES,
    "_rels/.rels": _LINK.format("r1", _OF, "officeDocument", "xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": _LINK.format("r1", _OF, "worksheet", "sheet1.xml"),
    "xl/workbook.xml": f'<workbook xmlns:r="{_OF}"><sheets><sheet name="One" r:id="r1"/></sheets></workbook>',
    "xl/sheet1.xml": "<worksheet><sheetData/></worksheet>",
}
"""A workbook of one empty sheet, in so few words as it takes."""


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], **formats: str) -> bytes:
    """Sheets of rows; the cells of a column are shown by the format under its heading."""
    data = io.BytesIO()
    book = Workbook(data, {"in_memory": True, "remove_timezone": True})
    known = {name: book.add_format({"num_format": code}) for name, code in formats.items()}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value, known.get(rows[0][place]))
    book.close()
    return data.getvalue()


def packed(sheet: str = "", **changed: str | bytes) -> bytes:
    """A workbook put together of parts, whose sheet holds these rows."""
    data = io.BytesIO()
    parts: dict[str, Any] = {**PARTS, **changed}
    if sheet:
        parts["xl/sheet1.xml"] = f"<worksheet><sheetData>{sheet}</sheetData></worksheet>"
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return data.getvalue()
