"""The declaration language: what an entity is, said once beside its rules."""

from kit.entity.currencies import CURRENCIES
from kit.entity.fields import Field, field
from kit.entity.kinds import (
    ActorName,
    Boolean,
    Choice,
    Day,
    Decimals,
    Email,
    EntityName,
    Instant,
    Integer,
    Kind,
    LongText,
    Money,
    Percent,
    Phone,
    Picklist,
    Reference,
    References,
    Text,
    Url,
    Words,
    Year,
)
from kit.entity.levels import Audience, Governs, Level
from kit.entity.presentation import Presentation
from kit.entity.record import Before, Record
from kit.entity.rows import Row, Rows, row_field

__all__ = [
    "CURRENCIES",
    "ActorName",
    "Audience",
    "Before",
    "Boolean",
    "Choice",
    "Day",
    "Decimals",
    "Email",
    "EntityName",
    "Field",
    "Governs",
    "Instant",
    "Integer",
    "Kind",
    "Level",
    "LongText",
    "Money",
    "Percent",
    "Phone",
    "Picklist",
    "Presentation",
    "Record",
    "Reference",
    "References",
    "Row",
    "Rows",
    "Text",
    "Url",
    "Words",
    "Year",
    "field",
    "row_field",
]
