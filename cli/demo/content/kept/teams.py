"""Who works together on the greatest customers, as what, and which of them nobody else may find."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.demo.content.rows import Row

_TEAMS = (
    (("peter", "edit", "support"), ("priya", "read", "presales")),
    (("nora", "edit", "support"), ("helena", "full", "executive")),
    (("samuel", "read", "support"), ("lucia", "full", "account_manager")),
)
_PRIVATE = 1
_HEADS = 80
"""So many stand first, and are nobody's subsidiaries."""


@dataclass(frozen=True, slots=True)
class Team:
    """The team of one account."""

    code: str
    members: Sequence[tuple[str, str, str]]
    private: bool


def teams(accounts: Sequence[Row]) -> Iterator[Team]:
    """Of those with most people, each with colleagues by their key, level and role."""
    greatest = sorted(accounts[:_HEADS], key=lambda each: (-each["employees"], each["code"]))
    for place, (row, members) in enumerate(zip(greatest, _TEAMS, strict=False)):
        yield Team(row["code"], members, place == _PRIVATE)
