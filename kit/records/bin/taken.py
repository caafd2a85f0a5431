"""A value that is taken may be taken by what nobody sees any more: then the refusal says so."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Index, Table, exists, literal, select

from kit.database.engine import Database
from kit.database.faults import as_problem
from kit.database.statements import compiled
from kit.database.tables import metadata
from kit.errors import Conflict

_VALUE = re.compile(r"=\((.*)\) already exists\.", re.DOTALL)
_BINNED = "A deleted record in the bin has this value; restore it, or choose another value."


async def as_problem_with_bin(database: Database, fault: Exception) -> Exception:
    """The problem that a fault means; of a taken value also whether a record in the bin has it."""
    problem = as_problem(fault)
    if not isinstance(problem, Conflict) or (taken := _taken(fault)) is None:
        return problem
    index, value = taken
    table: Any = index.table
    expression: Any = index.expressions[0]
    binned = exists().where(expression.op("=")(literal(value)), table.c.binned_at.is_not(None))
    statement = compiled(select(binned))
    [found] = await database.fetch(statement.text, statement.arguments({}))
    return Conflict("", dict.fromkeys(problem.fields, _BINNED)) if found[0] else problem


def _taken(fault: Exception) -> tuple[Index, str] | None:
    """The unique index of one text that a new value has met, and that value as the index has it."""
    origin = getattr(getattr(fault, "orig", None), "__cause__", None) or fault
    index = _indexes().get(getattr(origin, "constraint_name", None) or "")
    said = _VALUE.search(getattr(origin, "detail", None) or "")
    return (index, said[1]) if index is not None and said else None


def _indexes() -> Mapping[str, Index]:
    """The unique indexes over one folded text, by name, of tables with a bin."""
    tables: list[Table] = [each for each in metadata.tables.values() if "binned_at" in each.c]
    found = (index for table in tables for index in table.indexes if index.unique)
    return {str(each.name): each for each in found if len(each.expressions) == 1}
