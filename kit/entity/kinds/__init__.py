"""What a field may hold: how it is stored, how it crosses the wire, and what is wrong with a value.

`parse` takes the wire's form and answers Python's, or raises ValueError with a sentence for the
person who typed it; `show` goes the other way.
"""

from kit.entity.kinds.custom import Custom
from kit.entity.kinds.kind import Kind
from kit.entity.kinds.links import Reference, References, Tags, Tree, Words
from kit.entity.kinds.lists import Choice, Picklist
from kit.entity.kinds.moments import Day, Instant, TimeZone
from kit.entity.kinds.names import PERSON, ActorName, EntityName, EntityNames
from kit.entity.kinds.numbers import Boolean, Decimals, Integer, Money, Percent, Year
from kit.entity.kinds.sequences import Number
from kit.entity.kinds.steps import By, Step, Steps
from kit.entity.kinds.texts import Email, LongText, Phone, Text, Url

__all__ = [
    "PERSON",
    "ActorName",
    "Boolean",
    "By",
    "Choice",
    "Custom",
    "Day",
    "Decimals",
    "Email",
    "EntityName",
    "EntityNames",
    "Instant",
    "Integer",
    "Kind",
    "LongText",
    "Money",
    "Number",
    "Percent",
    "Phone",
    "Picklist",
    "Reference",
    "References",
    "Step",
    "Steps",
    "Tags",
    "Text",
    "TimeZone",
    "Tree",
    "Url",
    "Words",
    "Year",
]
