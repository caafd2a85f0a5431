"""What is kept of a record beside the row, in the statement that writes it: by what it agrees with others."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from kit.duplicates.rules import rules_of
from kit.entity import Record
from kit.entity.tracking import former

if TYPE_CHECKING:
    from kit.access import Policy

STEPS = """
disagreeing as (
  delete from duplicate_key as held
  using jsonb_to_recordset({given}) as now (id uuid, keys jsonb)
  where held.record_id = any(array(select id from jsonb_to_recordset({given}) as one (id uuid)))
    and held.record_id = now.id and not now.keys @> to_jsonb(held.key) returning 1),
agreeing as (
  insert into duplicate_key (key, record_id)
  select key::bigint, now.id from jsonb_to_recordset({given}) as now (id uuid, keys jsonb),
    jsonb_array_elements_text(now.keys) as key
  order by 1, 2 on conflict do nothing returning 1)
"""
"""Keys that stay are left untouched.

Without the array a plan that is kept, made for any number of rows, would read the whole table.
"""

DUE = """
due as (
  insert into duplicate_due (record_id, entity)
  select now.id, now.entity from jsonb_to_recordset({given}) as now (id uuid, entity text)
  order by 1 on conflict do nothing returning 1)
"""
"""The record is to be compared with others, in the background."""


def kept(policy: "Policy", new: Sequence[Record], old: Iterable[Record]) -> str:
    """What `STEPS` is given for these records; empty where no rule goes by anything of them."""
    moved = (each for each in old if _moved(policy, each))
    told = [(each, rules_of(policy, type(each)).keys(each)) for each in (*new, *moved)]
    # A new one that agrees with nobody needs no row.
    return given((each, keys) for each, keys in told if keys or former(each))


def given(keys: Iterable[tuple[Record, Sequence[int]]]) -> str:
    """Records with their keys, as the statements take them; empty where there are none."""
    rows = [
        {"id": str(record.id), "entity": record.entity, "keys": found} for record, found in keys
    ]
    return as_json(rows) if rows else ""


def as_json(rows: Sequence[Any]) -> str:
    return orjson.dumps(rows).decode()


def _moved(policy: "Policy", record: Record) -> bool:
    """Whether it changed by what rules go by, or came back out of the bin."""
    heads = rules_of(policy, type(record)).heads
    changed = former(record).keys()
    back = "binned_at" in changed and record.binned_at is None
    return bool(heads) and (back or not heads.isdisjoint(changed))
