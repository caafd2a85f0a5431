"""Where an entity stands: how open it is by itself, and which line of a profile speaks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from kit.entity import Governs, Record


@dataclass(frozen=True)
class Standing:
    """What an entity declares of itself, as far as it decides about access."""

    default_access: str = Record.default_access
    governed_by: str = Record.governed_by
    confidential: bool = Record.confidential


Standings = Mapping[str, Standing]
"""By name: entities that are at home in other processes, and rights that stand for no entity."""


def standing_of(entity: str, standings: Standings) -> Standing:
    """By the entity's own class where it is at home, else by what the process was told of it."""
    if entity in (Governs.CONFIGURATION, Governs.ACCESS):
        return Standing(governed_by=entity)
    record = at_home().get(entity)
    if record is None:
        return standings.get(entity, Standing())
    return Standing(record.default_access, record.governed_by, record.confidential)


def at_home() -> dict[str, type[Record]]:
    """The entities of this process by name."""
    known = Record.__subclasses__()
    return {each.entity: each for each in known if "entity" in each.__dict__}
