"""The one way in which a filter is refused: the field or the place, what is wrong, and what to do."""

from kit.errors import Invalid

LONGEST_SHOWN = 40


def shown(text: str) -> str:
    """Quote what somebody wrote, but not all of it when it is long."""
    return f"“{text}”" if len(text) <= LONGEST_SHOWN else f"“{text[: LONGEST_SHOWN - 1]}…”"


def refused(reason: str) -> Invalid:
    """A filter that can be read, but of which something does not fit; the reason names the field."""
    return Invalid(filter=f"{reason}.")


def unreadable(position: int | None, reason: str) -> Invalid:
    """A filter that cannot be read, at a character that is counted from 1."""
    return refused(f"At character {(position or 0) + 1}, {reason}")
