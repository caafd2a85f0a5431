"""Workbooks are read as people see them, and no file makes more of itself than it is (D5, XC-15)."""

import io
from datetime import UTC, date, datetime

import pytest
from crm.v1 import standard_pb2

from kit.errors import Invalid, Problem
from kit.importing.opening import table_of
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.importing.office import unique
from tests.kit.importing.sheets import packed, workbook
from tests.kit.importing.toyshop import Toyshop
from tests.kit.toy.contract import services

TOY = "toys.Toy"


def read(data: bytes, sheet: str = "") -> list[str]:
    """The heading and the lines of a workbook."""
    table = table_of(io.BytesIO(data), data[:64], sheet)
    return [",".join(table.heading), *(line for _number, line in table.lines())]


def cells(xml: str) -> str:
    """What one row of cells says, below a heading."""
    heading = "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in "abc")
    return read(packed(f"<row>{heading}</row><row>{xml}</row>"))[1]


@pytest.fixture
def shop(toys: Serving, organisation: TestOrganisation) -> Toyshop:
    return Toyshop(toys, toys, organisation)


async def test_cells_become_fields_as_people_see_them(shop: Toyshop) -> None:
    """Numbers to 15 digits, percents, days by their format, and moments of ours in UTC."""
    ana = await shop.organisation.person(unique("Ana"))
    name = unique("Sheet")
    rows = [
        ["Name", "Price", "Off", "Due", "Sold", "Note"],
        [name, 0.1 + 0.2, 0.125, date(2024, 2, 29), datetime(2024, 2, 29, 23, 5, tzinfo=UTC), "=1+1 <b>"],
    ]  # fmt: skip
    formats = {"Off": "0.0%", "Due": "dd/mm/yyyy", "Sold": 'yyyy-mm-dd hh:mm:ss"Z"'}
    file = workbook({"Notes": [["x"]], "Toys": [rows[0], [], rows[1]]}, **formats)
    columns = {
        "Name": "name", "Price": "price", "Off": "discount", "Due": "due", "Sold": "sold_at",
        "Note": "note",
    }  # fmt: skip
    done = await shop.run(ana, TOY, file, columns=columns, sheet="Toys")
    [line] = await shop.lines(ana, done)
    assert (done.created, done.sheet, done.encoding, line.number) == (1, "Toys", "", 3)
    page = await shop.sales.stub(services.ToysStub, ana).List(
        standard_pb2.ListRequest(filter=f'name = "{name}"')
    )
    [made] = page.items
    assert (made.price, made.discount, made.due) == ("0.3", "12.5", "2024-02-29")
    assert made.sold_at == "2024-02-29T23:05:00Z"


def test_kinds_of_cells() -> None:
    assert cells(
        '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>x</v></c>'
    ) == ("true,#N/A,x")
    assert cells("<c><v>12345678901234567890</v></c><c><v>1E-7</v></c><c><v>-5</v></c>") == (
        "12345678901234600000,0.0000001,-5"
    )
    assert cells('<c r="C2"><v>3</v></c>') == ",,3"
    assert cells('<c t="str"><v>a_x000D_\nb</v></c>') == '"a\nb"'
    assert (
        cells('<c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh><r><t>c</t></r></is></c>')
        == "ac"
    )


def test_a_formula_that_was_never_worked_out_is_said() -> None:
    """Taken for empty, it would empty what people see filled."""
    with pytest.raises(Invalid, match="B2 holds a formula"):
        cells('<c r="A2"><v>1</v></c><c r="B2"><f>A2*2</f></c>')


_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'
)
_MB = 1024 * 1024


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"PK\x03\x04 no zip at all", "cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "before 2007"),
        (packed()[:-30], "cannot be read"),
        (packed(**{"xl/workbook.xml": "<workbook>"}), "cannot be read"),
        (packed(**{"xl/sheet1.xml": _ENTITIES}), "cannot be read"),
        (packed(**{"xl/workbook.xml": "<a>" + " " * 5 * _MB + "</a>"}), "unpacks to more"),
        (packed("<row>" + " " * 300 * _MB + "</row>"), "unpacks to more"),
        (packed('<row r="5000000"><c><v>1</v></c></row>'), "cannot be read"),
        (packed('<row><c r="XFD1"><v>1</v></c></row>'), "beyond column 1,000"),
        (packed(f'<row><c t="str"><v>{"x" * 1_100_000}</v></c></row>'), "longer than a million"),
        (packed('<row><c t="s"><v>7</v></c></row>'), "cannot be read"),
        (packed(), "is empty"),
        (packed(**{f"a{number}": "" for number in range(30_000)}), "unpacks to more"),
    ],
    ids=[
        "no zip", "old", "cut", "xml", "entities", "part", "sheet", "row", "column", "cell",
        "string", "empty", "parts",
    ],
)  # fmt: skip
def test_no_file_makes_more_of_itself_than_it_is(file: bytes, why: str) -> None:
    """Bombs of zip and XML, rows and cells without end, and what is no workbook."""
    with pytest.raises(Problem, match=why):
        read(file)


async def test_a_workbook_that_is_none_is_refused_in_a_sentence(shop: Toyshop) -> None:
    ana = await shop.organisation.person(unique("Ana"))
    for file, said in ((b"PK\x03\x04", {}), (workbook({"A": [["n"], ["x"]]}), {"sheet": "B"})):
        with pytest.raises(Invalid) as refused:
            await shop.start(ana, TOY, file, columns={"n": "name"}, **said)
        assert set(refused.value.fields) <= {"file", "sheet"}
