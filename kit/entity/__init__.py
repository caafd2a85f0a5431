"""The declaration language: what an entity is, said once beside its rules."""

from kit.entity.currencies import CURRENCIES
from kit.entity.fields import Field, field
from kit.entity.kinds import (
    Boolean,
    Choice,
    Day,
    Decimals,
    Email,
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
)
from kit.entity.record import Audience, Before, Level, Record
from kit.entity.rows import Row, Rows, row_field

__all__ = [
    "CURRENCIES",
    "Audience",
    "Before",
    "Boolean",
    "Choice",
    "Day",
    "Decimals",
    "Email",
    "Field",
    "Instant",
    "Integer",
    "Kind",
    "Level",
    "LongText",
    "Money",
    "Percent",
    "Phone",
    "Picklist",
    "Record",
    "Reference",
    "References",
    "Row",
    "Rows",
    "Text",
    "Url",
    "Words",
    "field",
    "row_field",
]
