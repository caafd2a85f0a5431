"""Whom access is given to: the kinds of principals, their numbers, and names of entities."""

import re
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Integer, Sequence
from sqlalchemy.orm import MappedColumn, mapped_column

from kit.database.tables import metadata
from kit.errors import Invalid

# One sequence for every kind and use, so that no two keys on a row can ever mean different things.
PRINCIPAL_KEYS = Sequence("principal_key", data_type=Integer, metadata=metadata)

_ENTITY = re.compile(r"[a-z]+\.[A-Z][A-Za-z]+")


class PrincipalKind(StrEnum):
    """What access can be given to."""

    PERSON = "person"
    ROLE = "role"
    ROLE_AND_BELOW = "role_and_below"
    GROUP = "group"


PRINCIPALS: Mapping[str, str] = {
    PrincipalKind.PERSON: "identity.Person",
    PrincipalKind.ROLE: "identity.Role",
    PrincipalKind.ROLE_AND_BELOW: "identity.Role",
    PrincipalKind.GROUP: "identity.Group",
}


class AccessLevel(StrEnum):
    """What sharing lets others do."""

    READ = "read"
    EDIT = "edit"


def principal_key() -> MappedColumn[int]:
    """A column with a principal's number, given by the database and never changed."""
    return mapped_column(
        Integer,
        PRINCIPAL_KEYS,
        server_default=PRINCIPAL_KEYS.next_value(),
        unique=True,
        nullable=False,
    )


def is_entity(name: str) -> bool:
    """Whether a name has the form of an entity's, e.g. `sales.Opportunity`."""
    return _ENTITY.fullmatch(name) is not None


def check_entity(name: str) -> None:
    """Refuses what cannot be an entity; whether there is one, only its service knows."""
    if not is_entity(name):
        raise Invalid(entity_name="Name the entity with its service, e.g. sales.Opportunity.")
