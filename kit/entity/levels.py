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


@dataclass(frozen=True)
class Audience:
    """Whom a record's own content lets in, e.g. the members of a private room."""

    kind: str
    id: UUID | None
    level: Level = Level.EDIT


class Governs(StrEnum):
    """The line of a profile that speaks for an entity without a line of its own."""

    RECORDS = "*"
    CONFIGURATION = "configuration"
    ACCESS = "access"
