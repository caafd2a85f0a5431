"""Rejected lines as a file: with the reason of each, safe in a spreadsheet, and read back as they were."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

REASON = "Rejected because"
"""The heading of the first column, which a second import leaves out like all that its plan does not name."""
GUARDED = "Rejected because (formulas quoted)"
"""The same where cells that a spreadsheet would run have an apostrophe more; taken off when read."""

# The last four are the first four in full width (OWASP, CSV injection).
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet would run it, or an import would take it for one that was made harmless."""
    return bool(_FORMULA.match(text))


def made_harmless(text: str) -> str:
    """The cell with an apostrophe before it, where a spreadsheet would take it for a formula."""
    return f"'{text}" if begins_formula(text) else text


def guarded(values: Iterable[str]) -> list[str]:
    """Cells that a spreadsheet would take for formulas get an apostrophe before them."""
    return [made_harmless(each) for each in values]


def unguarded(values: Iterable[str]) -> list[str]:
    """The cells as they were before `guarded`."""
    return [each[1:] if each[:1] == "'" and begins_formula(each) else each for each in values]


def row(values: Sequence[str], delimiter: str, *, guard: bool) -> bytes:
    """One line of the file of rejected lines."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerow(guarded(values) if guard else values)
    return text.getvalue().encode()


def without_reason(heading: Sequence[str], values: list[str]) -> list[str]:
    """The cells of a line that has been rejected before, without the reason of that time."""
    return values[1:] if heading and heading[0] in (REASON, GUARDED) else values
