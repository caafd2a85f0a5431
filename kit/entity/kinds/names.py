"""Kinds of text that name what is no record: an entity, or whoever did something."""

from dataclasses import dataclass
from typing import ClassVar

from kit.entity.kinds.texts import Text

# Who acts for himself: the one entity that every record knows, by its owner and its stamps.
PERSON = "identity.Person"


@dataclass(frozen=True)
class EntityName(Text):
    """The name of an entity, e.g. `sales.Opportunity`; people choose it by what it is called."""

    name: ClassVar[str] = "entity"
    length: int = 80


@dataclass(frozen=True)
class ActorName(Text):
    """Who did something: a person's id, or the name of a system actor."""

    name: ClassVar[str] = "actor"
    target: ClassVar[str] = PERSON
