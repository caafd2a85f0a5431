"""How values stand in the cells of a file: as text that an import reads back, and that nobody runs."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from kit.entity.kinds.numbers import written
from kit.importing.file.guarding import made_harmless

# In these forms numbers, and numbers to call, are nothing but that for spreadsheets too.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CALLED = re.compile(r"\+[0-9]{3,15}")


def text_of(value: Any) -> str:
    """A value as imports read it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return "; ".join(map(text_of, value)) if isinstance(value, list) else str(value)


def called_or_harmless(text: str) -> str:
    """A telephone number as it is; what stands in its place is made harmless like any other text."""
    return text if _CALLED.fullmatch(text) else made_harmless(text)


def number_or_harmless(text: str) -> str:
    """A number as it is; what may stand in its place since it was text once is made harmless."""
    return text if _NUMBER.fullmatch(text) else made_harmless(text)
