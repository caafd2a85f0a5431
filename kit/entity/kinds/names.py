"""Kinds of text that name what is no record: an entity, or whoever did something."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from kit.entity.kinds.links import Words
from kit.entity.kinds.texts import Text

# Who acts for himself: the one entity that every record knows, by its owner and its stamps.
PERSON = "identity.Person"


@dataclass(frozen=True)
class EntityName(Text):
    """The name of an entity, e.g. `sales.Opportunity`; people choose it by what it is called."""

    name: ClassVar[str] = "entity"
    length: int = 80


_ENTITY = re.compile(r"[a-z]+\.[A-Z][A-Za-z]*")


@dataclass(frozen=True)
class EntityNames(Words):
    """The names of entities; people choose them by what they are called."""

    name: ClassVar[str] = "entities"

    def parse(self, value: Any) -> list[str]:
        given = super().parse(value)
        for each in given:
            if not _ENTITY.fullmatch(each):
                raise ValueError(
                    f"Give names of entities, like sales.Opportunity; {each!r} is none."
                )
        return given


@dataclass(frozen=True)
class ActorName(Text):
    """Who did something: a person's id, or the name of a system actor."""

    name: ClassVar[str] = "actor"
    target: ClassVar[str] = PERSON
