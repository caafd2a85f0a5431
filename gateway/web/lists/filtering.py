"""The filter builder: conditions as people choose them, and the filter language they become."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to compare, with the shape of the filter it makes."""

    key: str
    label: str
    shape: str


IS = Operator("is", "is", "{name} = {value}")
IS_NOT = Operator("is-not", "is not", "{name} != {value}")
CONTAINS = Operator("contains", "contains", "{name}:{value}")
OVER = Operator("over", "is at least", "{name} >= {value}")
UNDER = Operator("under", "is at most", "{name} <= {value}")
AFTER = Operator("after", "is on or after", "{name} >= {value}")
BEFORE = Operator("before", "is on or before", "{name} <= {value}")
EMPTY = Operator("empty", "is empty", "{name} = null")
FILLED = Operator("filled", "is filled in", "{name} != null")

_TEXT = (CONTAINS, IS, IS_NOT, EMPTY, FILLED)
_NUMBER = (OVER, UNDER, IS, EMPTY, FILLED)
_DAY = (AFTER, BEFORE, IS, EMPTY, FILLED)
_CHOICE = (IS, IS_NOT, EMPTY, FILLED)
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "integer": _NUMBER,
    "decimal": _NUMBER,
    "money": _NUMBER,
    "percent": _NUMBER,
    "year": _NUMBER,
    "date": _DAY,
    "instant": _DAY,
    "boolean": (IS,),
    "picklist": _CHOICE,
    "choice": _CHOICE,
    "reference": _CHOICE,
    "references": (CONTAINS,),
    "words": (CONTAINS,),
    "tags": (CONTAINS, EMPTY, FILLED),
}
# What only programs ask for.
TECHNICAL = {"id", "version"}
USELESS = {"rows", "custom", "long_text", "actor"}
# Where a function such as me() or today(-30) has a meaning; elsewhere it is text like any other.
CALLED = ("reference", "references", "date", "instant")
_CONDITION = re.compile(
    r'(?P<name>[\w.]+)\s*(?P<sign>!=|<=|>=|=|:)\s*(?P<value>"(?:[^"\\]|\\.)*"|[\w.+-]+(?:\([^)]*\))?)'
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a value."""

    field: Field
    operator: Operator
    value: str

    def __str__(self) -> str:
        return self.operator.shape.format(
            name=self.field.name, value=_quoted(self.field, self.value)
        )


def operators_of(field: Field) -> tuple[Operator, ...]:
    return OPERATORS.get(field.kind, _TEXT)


def filterable(entity: Entity) -> list[Field]:
    """What people filter by: the record's own fields, then those of what it refers to."""
    return [*choosable(entity), *filter(_is_useful, entity.paths)]


def choosable(entity: Entity) -> list[Field]:
    """What people choose columns from: what is shown first, then the rest, then stamps."""
    fields = dict.fromkeys((*entity.listed(), *entity.own_fields(), *entity.fields))
    return [each for each in fields if _is_useful(each)]


def sortable(entity: Entity) -> list[Field]:
    """What people sort by; a reference goes by the name of its record, where lists know that."""
    fields = (field for field in filterable(entity) if field.sortable)
    return [field for field in fields if entity.order_of(field) == field.name]


def _is_useful(field: Field) -> bool:
    end = field.name.rpartition(".")[2]
    return field.kind not in USELESS and end not in TECHNICAL


def condition(entity: Entity, name: str, key: str, value: str) -> Condition | None:
    """What was chosen in the builder; nothing when a part is missing."""
    field = entity.askable(name)
    if field is None:
        return None
    allowed = operators_of(field)
    operator = next((each for each in allowed if each.key == key), allowed[0])
    if operator not in (EMPTY, FILLED) and not value:
        return None
    return Condition(field, operator, value)


def read(entity: Entity, text: str) -> list[Condition] | None:
    """The conditions of a filter that the builder could have made, or None for a richer one."""
    found = [_read_one(entity, part) for part in _parts(text)]
    return None if None in found else [each for each in found if each]


def joined(parts: Iterable[object]) -> str:
    """Filters that must all hold, as one; OR binds more tightly than AND in this language."""
    return " AND ".join(str(part) for part in parts if str(part))


def _parts(text: str) -> list[str]:
    return [
        part for part in re.split(r'\s+AND\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', text.strip()) if part
    ]


def _read_one(entity: Entity, part: str) -> Condition | None:
    match = _CONDITION.fullmatch(part.strip())
    field = entity.askable(match["name"]) if match else None
    if match is None or field is None:
        return None
    operator = _operator(field, match["sign"], match["value"])
    return Condition(field, operator, _bare(match["value"])) if operator else None


def _operator(field: Field, sign: str, value: str) -> Operator | None:
    if value == "null":
        return {"=": EMPTY, "!=": FILLED}.get(sign)
    signs = (f" {sign} ", f"{{name}}{sign}")
    offered = (each for each in operators_of(field) if each not in (EMPTY, FILLED))
    return next((each for each in offered if any(part in each.shape for part in signs)), None)


def _quoted(field: Field, value: str) -> str:
    if field.kind in CALLED and re.fullmatch(r"(me|now|today)\([+-]?\d*\)", value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _bare(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
