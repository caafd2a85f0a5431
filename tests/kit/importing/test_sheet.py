"""Files are cut into lines alike, however their bytes arrive."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from kit.importing.sheet import Sheet, cells

_TEXT = st.text(alphabet='ab ,;"\n\té', max_size=6)
_TABLES = st.lists(st.lists(_TEXT, min_size=3, max_size=3), max_size=6)


def cut(data: bytes, size: int = 1_000_000) -> tuple[Sheet, list[tuple[int, str]]]:
    sheet = Sheet()
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
        ("name\nMünchen\n".encode("latin-1"), "not UTF-8"),
        ("name\nBerlin\n".encode("utf-16-le"), "zero characters"),
        (b"name\n" + b"x" * 1_000_001, "longer than a million"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        cut(data)
    assert said in wrong.value.fields["file"]
