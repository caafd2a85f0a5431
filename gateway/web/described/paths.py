"""The fields over which a list is asked for what its records refer to, and for their parts.

A description only names such a path, as in `account.industry`: what the field holds and how it is
called says the entity that has it, to whoever may see it there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field


def with_paths(entity: Entity, names: Iterable[str], others: Mapping[str, Entity]) -> Entity:
    """The entity with the fields at the ends of its paths; what nobody describes is left out."""
    found = (_end_of(entity, name, others) for name in names)
    return replace(entity, paths=tuple(field for field in found if field))


def _end_of(entity: Entity, path: str, others: Mapping[str, Entity]) -> Field | None:
    head, _, tail = path.partition(".")
    if (reference := entity.field(f"{head}_id")) is not None:
        target = others.get(reference.target)
        there = target.field(tail) if target else None
        titled = reference.name if target and target.title_field == tail else ""
        return _called(path, reference, there, titles=titled)
    rows = entity.field(head)
    columns = rows.columns if rows else ()
    there = next((column for column in columns if column.name == tail), None)
    return _called(path, rows, there, of_parts=True)


def _called(
    path: str, head: Field | None, there: Field | None, *, titles: str = "", of_parts: bool = False
) -> Field | None:
    """The field as it is called from here: `Account › Industry`."""
    if head is None or there is None:
        return None
    label = f"{head.label} › {there.label}"
    return replace(there, name=path, label=label, titles=titles, of_parts=of_parts)
