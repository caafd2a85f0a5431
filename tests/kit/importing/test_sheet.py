"""Files are cut into lines alike, however their bytes arrive."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from kit.importing.file.guarding import row, unguarded
from kit.importing.file.sheet import Sheet, cells

_TEXT = st.text(alphabet='ab ,;"\n\té', max_size=6)
_TABLES = st.lists(st.lists(_TEXT, min_size=3, max_size=3), max_size=6)


def cut(
    data: bytes, size: int = 1_000_000, encoding: str = ""
) -> tuple[Sheet, list[tuple[int, str]]]:
    sheet = Sheet(encoding)
    lines = [line for at in range(0, len(data), size) for line in sheet.feed(data[at : at + size])]
    return sheet, [*lines, *sheet.feed(b"", last=True)]


@given(_TABLES, st.integers(1, 7), st.sampled_from(["", "\ufeff"]), st.sampled_from(["\n", "\r\n"]))
def test_every_cell_comes_out_as_it_went_in(
    rows: list[list[str]], size: int, mark: str, end: str
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([["one", "two", "three"], *rows])
    sheet, lines = cut((mark + text.getvalue()).encode(), size)
    assert sheet.heading == ["one", "two", "three"]
    assert [row for _, line in lines if filled(row := cells(line, ","))] == [
        row for row in rows if filled(row)
    ]


def filled(row: list[str]) -> bool:
    """Lines of nothing but signs that separate are left out of the comparison."""
    return any(cell.strip(' \n\t,;"') for cell in row)


@pytest.mark.parametrize(("delimiter"), [",", ";", "\t"])
def test_the_delimiter_is_taken_from_the_heading(delimiter: str) -> None:
    sheet, lines = cut(delimiter.join(["a", "b, c; d" if delimiter == "\t" else "b"]).encode())
    assert (sheet.delimiter, len(sheet.heading), lines) == (delimiter, 2, [])


def test_lines_are_numbered_as_a_spreadsheet_numbers_rows() -> None:
    _, lines = cut(b'name\n"two\nphysical lines"\n\nlast\n')
    assert lines == [(2, '"two\nphysical lines"'), (4, "last")]


def test_a_quote_inside_a_cell_opens_nothing() -> None:
    _, lines = cut(b'name,size\npipe,5" wide\nnext,6\n')
    assert [number for number, _ in lines] == [2, 3]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b'name\n"never closed\n', "Line 2 opens a quote"),
        (b"name\nBer\x00lin\n", "Line 2 holds a zero character"),
        (b"name\n" + b"x" * 1_000_001, "longer than a million"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        cut(data)
    assert said in wrong.value.fields["file"]


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("Oraș,Nume\nIași,Țârlea\n".replace("ș", "ş").replace("Ț", "Ţ"), "cp1250", "cp1250"),
        ("Miasto\nŁódź\nGdańsk, Śląsk i Żółć\n", "cp1250", "cp1250"),
        ("Miasto\nŁódź\nGdańsk, Śląsk i Żółć\n", "iso8859-2", "iso8859-2"),
        ("Nom\nHélène\nBesançon\n", "latin-1", "cp1252"),
        ("Ort\nKöln „Groß“\n", "cp1252", "cp1252"),
        ("Ort\nKöln\nIași\n", "utf-16", "utf-16"),
        ("Ort\nKoeln, no letters beyond ASCII at all\n", "utf-16-le", "utf-16"),
        ("Ort\nKoeln, no letters beyond ASCII at all\n", "utf-16-be", "utf-16"),
        ("Ort\nKöln\nIași\n", "utf-8-sig", "utf-8"),
    ],
)
@pytest.mark.parametrize("size", [7, 1_000_000])
def test_an_encoding_is_recognised_by_its_letters(
    text: str, written: str, read: str, size: int
) -> None:
    """D2: files come in the encodings of spreadsheets, and are read in them."""
    sheet, lines = cut(text.encode(written), size)
    assert sheet.encoding == read
    assert "\n".join([",".join(sheet.heading), *(line for _, line in lines), ""]) == text


@pytest.mark.parametrize("ahead", [2_999, 30_000])
def test_a_byte_that_cannot_be_read_is_told_with_its_line(ahead: int) -> None:
    """D2: the byte stands in the line that is named, however far into the file."""
    good = "name\n" + "Grüße an alle\n" * ahead
    with pytest.raises(Invalid) as wrong:
        cut(good.encode() + b"M\xfcller\nnext\n", 10_000)
    assert f"Line {ahead + 2} holds a byte that UTF-8 does not have" in wrong.value.fields["file"]


def test_an_encoding_that_is_said_is_taken_at_its_word() -> None:
    """D2: what is recognised can be overridden."""
    data = "name\nPérez\n".encode("cp1252")
    assert cut(data, encoding="iso-8859-2")[1] == [(2, "Pérez")]
    with pytest.raises(Invalid, match="Line 2 holds a byte that UTF-8"):
        cut(data, encoding="utf8")


def test_a_long_cell_is_a_cell() -> None:
    """D3: csv's own limit of 131,072 characters ends no line."""
    long = "x" * 200_000
    _, lines = cut(f"name,notes\nA,{long}\n".encode())
    assert cells(lines[0][1], ",") == ["A", long]


_CELL = st.text(alphabet="'=+-@ab;\"\n\t\uff1d", max_size=5)


@given(st.lists(_CELL, min_size=2, max_size=2), st.sampled_from(",;\t"))
def test_what_is_made_safe_for_a_spreadsheet_is_read_back_as_it_was(
    values: list[str], delimiter: str
) -> None:
    """D10: no cell begins a formula, and none is another one afterwards."""
    safe = row(values, delimiter, guard=True).decode().removesuffix("\r\n")
    found = cells(safe, delimiter)
    assert not any(each.startswith(("=", "+", "-", "@", "\t", "\uff1d")) for each in found)
    assert unguarded(found) == values
