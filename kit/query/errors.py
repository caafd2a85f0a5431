"""The one way in which a filter is refused: where, what was found, and what to do."""

from kit.errors import Invalid

LONGEST_SHOWN = 40


def shown(text: str) -> str:
    """Quote what somebody wrote, but not all of it when it is long."""
    return f"“{text}”" if len(text) <= LONGEST_SHOWN else f"“{text[: LONGEST_SHOWN - 1]}…”"


def unreadable(position: int | None, reason: str) -> Invalid:
    """Point at a character of the filter, counted from 1."""
    return Invalid(filter=f"At character {(position or 0) + 1}, {reason}.")
