"""Every entity as access sees it: how open it is by itself, and which line of a profile speaks for it."""

from collections.abc import Mapping
from typing import Any, Protocol

from kit.entity import Governs, Record
from kit.wire.contract import Facts, every_entity, facts_of


class Standing(Protocol):
    """What decides about access to an entity, said by its class or, for others, by the contract."""

    @property
    def entity(self) -> str: ...

    @property
    def default_access(self) -> str: ...

    @property
    def parents(self) -> tuple[str, ...]: ...

    @property
    def confidential(self) -> bool: ...

    @property
    def governed_by(self) -> str: ...

    @property
    def fields(self) -> Mapping[str, Any]: ...


def standing_of(entity: str) -> Standing:
    """By the entity's own class where it is at home, else by what the contract says of it."""
    if entity in (Governs.CONFIGURATION, Governs.ACCESS):
        return Facts(entity, governed_by=entity)
    return at_home().get(entity) or facts_of(entity) or Facts(entity)


def at_home() -> dict[str, type[Record]]:
    """The entities of this process by name."""
    known = Record.__subclasses__()
    return {each.entity: each for each in known if "entity" in each.__dict__}


def at_home_in(service: str, entity: str) -> type[Record] | None:
    """The entity, if it is one of the service's own; tests have those of several in one process."""
    return at_home().get(entity) if entity.partition(".")[0] == service else None


def everywhere() -> frozenset[str]:
    """The entities of all services."""
    return every_entity()
