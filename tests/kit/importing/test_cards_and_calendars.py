"""Cards and calendars become contacts and activities (XC-15): by the names of fields, and within bounds."""

import io

import pytest

from kit.errors import Problem
from kit.importing.file.sheet import cells
from kit.importing.opening import table_of

CARDS = """BEGIN:VCARD
VERSION:4.0
N:van der Berg;Ana;Maria;Dr.;
FN:Ana van der Berg
ORG:Berg\\, Söhne & Co.;Sales
TITLE:Head of\\nsales
item1.EMAIL;TYPE=home:ana@home.example
EMAIL;PREF=1;TYPE=work:ana@berg.example
TEL;VALUE=uri;TYPE="work,voice":tel:+40264123456
TEL;TYPE=cell:+40 722 123 456
ADR;TYPE=work;LABEL="Main 1, ; Cluj":;;Main 1\\; back door;Cluj-Napoca;CJ;400001;Romania
BDAY:19960415
NOTE:One line that is lo
 nger than others
PHOTO:data:image/jpeg;base64,AAAA
END:VCARD
begin:vcard
version:3.0
fn:Ion Pop
tel;type=fax:123456
bday:--0415
end:vcard
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:All
END:VCARD
"""
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Visit\\, long
DTSTART;TZID=Europe/Bucharest:20240701T100000
DURATION:PT1H30M
ATTENDEE;CN="Pop, Ion":mailto:ion@example.com
PRIORITY:2
BEGIN:VALARM
DESCRIPTION:Ring
END:VALARM
END:VEVENT
BEGIN:VEVENT
SUMMARY:Fair
DTSTART;VALUE=DATE:20240701
DTEND;VALUE=DATE:20240703
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VTODO
SUMMARY:Call
DUE;TZID=W. Europe Standard Time:20240701T100000
STATUS:COMPLETED
COMPLETED:20240630T080000Z
END:VTODO
END:VCALENDAR
"""


def read(text: str | bytes) -> list[dict[str, str]]:
    """What each row says, without what it leaves empty."""
    data = text.replace("\n", "\r\n").encode() if isinstance(text, str) else text
    table = table_of(io.BytesIO(data), data[:64])
    rows = (cells(line, ",") for _number, line in table.lines())
    return [
        {name: each for name, each in zip(table.heading, row, strict=True) if each} for row in rows
    ]


def test_cards_are_contacts() -> None:
    """The most wanted of several, by types in both versions; groups are nobody."""
    ana, ion = read(CARDS)
    assert ana == {
        "First name": "Ana Maria", "Last name": "van der Berg", "Account": "Berg, Söhne & Co.",
        "Department": "Sales", "Job title": "Head of\nsales", "E-mail": "ana@berg.example",
        "Phone": "+40264123456", "Mobile": "+40 722 123 456", "Street": "Main 1; back door",
        "City": "Cluj-Napoca", "Region": "CJ", "Postal code": "400001", "Country": "Romania",
        "Date of birth": "1996-04-15", "Description": "One line that is longer than others",
    }  # fmt: skip
    assert ion == {"First name": "Ion", "Last name": "Pop", "Fax": "123456"}


def test_entries_are_activities() -> None:
    """In their zones, by whichever name; the last of whole days is the last that they last."""
    visit, fair, call = read(CALENDAR)
    assert visit == {
        "Name": "Visit, long", "Type": "VEVENT", "Priority": "high",
        "Starts": "2024-07-01T10:00:00+03:00", "Ends": "2024-07-01T11:30:00+03:00",
        "Taking part": "ion@example.com",
    }  # fmt: skip
    assert fair == {
        "Name": "Fair", "Type": "VEVENT", "Starts": "2024-07-01", "Ends": "2024-07-02",
        "All day": "true", "Repeats": "FREQ=YEARLY",
    }  # fmt: skip
    assert call == {
        "Name": "Call", "Type": "VTODO", "Status": "COMPLETED", "Due": "2024-07-01T10:00:00+02:00",
        "Done": "2024-06-30T08:00:00+00:00",
    }  # fmt: skip


def test_letters_of_old_programs_and_lines_cut_within_a_letter() -> None:
    old = CARDS.encode("utf-8").replace("ö".encode(), b"\xc3\r\n \xb6")
    assert read(old)[0]["Account"] == "Berg, Söhne & Co."
    assert read(CARDS.encode("cp1252"))[0]["Account"] == "Berg, Söhne & Co."


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (CARDS.replace("VERSION:4.0", "VERSION:2.1"), "version 2.1"),
        ("BEGIN:VCARD\nVERSION:4.0\nNOTE:" + "x" * 1_100_000 + "\nEND:VCARD\n", "longer than a million"),
        ("BEGIN:VCARD\nPHOTO:" + "x" * 9_000_000 + "\nEND:VCARD\n", "longer than is taken in"),
        ("BEGIN:VCARD\nVERSION:4.0\nFN:\x00\nEND:VCARD\n", "zero character"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VALARM\n" * 20, "deeper"),
    ],
    ids=["version", "note", "picture", "zero", "deep"],
)  # fmt: skip
def test_what_is_no_card_or_too_much_is_said(file: str, why: str) -> None:
    with pytest.raises(Problem, match=why):
        read(file)


def test_odd_values_are_left_out_and_nothing_breaks() -> None:
    odd = CALENDAR.replace("20240701T100000", "99999999T999999").replace("PT1H30M", "P9999W")
    assert "Starts" not in read(odd)[0]
    assert read("BEGIN:VCARD\nVERSION:3.0\nN:;;\nTEL;;;=:x\n:::\nEND:VCARD\nEND:VCARD\n") == [
        {"Phone": "x"}
    ]
