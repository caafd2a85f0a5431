"""How far access to a row goes, whom its own content lets in, and what speaks for it in a profile."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Level(StrEnum):
    """How far access to a row goes; each level includes the ones before it."""

    READ = "read"
    EDIT = "edit"
    FULL = "full"

    def includes(self, wanted: "Level") -> bool:
        """Whether who has this level has the other one too."""
        return _STRENGTH[self] >= _STRENGTH[wanted]


_STRENGTH = {Level.READ: 1, Level.EDIT: 2, Level.FULL: 3}


TEAM_ROLES = "identity.team_role"
"""The list of what people may be to a record that is shared with them."""


@dataclass(frozen=True)
class Audience:
    """Whom a record lets in by what it says, e.g. the members of a private room, or by a share."""

    kind: str
    id: UUID | None
    level: Level = Level.EDIT
    role: str = ""


class Governs(StrEnum):
    """The line of a profile that speaks for an entity without a line of its own."""

    RECORDS = "*"
    CONFIGURATION = "configuration"
    ACCESS = "access"
