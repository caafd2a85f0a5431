"""What survives of the fields that administrators added, each as if it were one of the entity's own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kit.custom_fields.fields import PREFIX
from kit.custom_fields.filling import Filling
from kit.entity import Field, Record, Reference, References, Words
from kit.errors import Invalid

TOO_MANY = "Together these are more than {most}; choose those of one record."

MaySet = Callable[[str], bool]
"""Whether whoever merges may set a field."""


def surviving_custom(
    held: Sequence[Record],
    chosen: Mapping[str, UUID],
    may_set: MaySet,
    fields: Mapping[str, Field],
) -> dict[str, Any]:
    """The custom fields that the first of the records gets."""
    ids = {str(each.id) for each in held}
    said = {each.id: _said(each, ids, fields) for each in held}
    filling = Filling(said[held[0].id], fields)
    for each in held[1:]:
        other = {key: said[each.id][key] for key in said[each.id] if may_set(f"{PREFIX}{key}")}
        filling.fill(other)
        _unite(filling.values, other, fields)
    # An amount that is chosen brings its currency, whoever's that would be by itself.
    for name in sorted(chosen, reverse=True):
        if name.startswith(PREFIX):
            filling.take(name.removeprefix(PREFIX), said[chosen[name]])
    return filling.values


def _said(record: Record, ids: set[str], fields: Mapping[str, Field]) -> dict[str, Any]:
    """What a record says, without what it says of the records that become one."""
    values: dict[str, Any] = dict(record.custom or {})
    for name, known in fields.items():
        key, kind = name.removeprefix(PREFIX), known.said.kind
        if isinstance(kind, References) and isinstance(values.get(key), list):
            values[key] = [each for each in values[key] if each not in ids]
        if isinstance(kind, Reference) and values.get(key) in ids:
            del values[key]
    return {key: value for key, value in values.items() if value != []}


def _unite(values: dict[str, Any], other: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
    """Puts the lists of both together, in the order of the first."""
    for name, known in fields.items():
        key, kind = name.removeprefix(PREFIX), known.said.kind
        both = (values.get(key), other.get(key))
        if not isinstance(kind, Words | References) or not all(isinstance(e, list) for e in both):
            continue
        values[key] = list(dict.fromkeys((*values[key], *other[key])))
        if len(values[key]) > kind.most:
            raise Invalid("", {name: TOO_MANY.format(most=kind.most)})
