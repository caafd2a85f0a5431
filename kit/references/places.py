"""Where records name others, and how they come to name another one in its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, literal, select

from kit.custom_fields.definition import CustomField
from kit.custom_fields.fields import PREFIX, custom_fields
from kit.entity import Record, Reference, References
from kit.entity.parts import Part, parts_in


@dataclass(frozen=True, slots=True)
class Trace:
    """What it takes to have a record name again what it named before."""

    part_id: UUID | None = None
    both: bool = False
    """Whether it named the other one as well."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field, or a column of the parts in it, in which records of one entity name those of another."""

    record: type[Record]
    entity: str
    """Of which records are named."""
    field: str
    """Its name, as in `account_id`, `lines.product_id` and `custom.dealer`."""

    @property
    def shown_in(self) -> str:
        """The field by whose access it is seen."""
        return self.field if self.field.startswith(PREFIX) else self.field.partition(".")[0]

    def names(
        self, ids: Iterable[UUID], defined: tuple[CustomField, ...] = ()
    ) -> ColumnElement[bool]:
        """The records that name one of these here."""
        wanted, table = literal(list(ids), ARRAY(Uuid())), self.record.__table__
        if self.field.startswith(PREFIX):
            return custom_fields(self.record, defined).fields[self.field].column == any_(wanted)
        part = self._part
        if part is not None:
            column = part.table.c[self.field.partition(".")[2]]
            return table.c.id.in_(select(part.of_whole()).where(column == any_(wanted)))
        kind: Any = self.record.fields[self.field].said.kind
        if isinstance(kind, References):
            return table.c[self.field].bool_op("&&")(wanted)
        here = table.c[self.field] == any_(wanted)
        return and_(here, table.c[kind.named_by] == self.entity) if kind.named_by else here

    def lead(self, record: Record, gone: UUID, to: UUID) -> list[Trace]:
        """Lets a record name `to` in place of `gone`, and nobody twice, nor itself; how it was before."""
        if self.field.startswith(PREFIX):
            return self._lead_custom(record, gone, to)
        if self._part is not None:
            return self._lead_parts(record, gone, to)
        value = getattr(record, self.field)
        if isinstance(value, list):
            if gone not in value:
                return []
            led = dict.fromkeys(to if each == gone else each for each in value)
            led.pop(record.id, None)
            setattr(record, self.field, list(led))
            return [Trace(both=to in value)]
        if value != gone:
            return []
        setattr(record, self.field, None if to == record.id else to)
        return [Trace()]

    def back(self, record: Record, gone: UUID, to: UUID, trace: Trace) -> bool:
        """Lets it name `gone` again; False where it names something else by now than it was led to."""
        if trace.part_id is not None:
            return self._part_back(record, gone, to, trace.part_id)
        if self.field.startswith(PREFIX):
            return bool(self._lead_custom(record, to, gone))
        value = getattr(record, self.field)
        if isinstance(value, list):
            if to not in value and to != record.id:
                return False
            stays = trace.both or to == record.id
            led = [*value, gone] if stays else [gone if each == to else each for each in value]
            setattr(record, self.field, list(dict.fromkeys(led)))
            return True
        if value != (None if to == record.id else to):
            return False
        setattr(record, self.field, gone)
        return True

    @property
    def _part(self) -> type[Part] | None:
        kind = parts_in(self.record).get(self.field.partition(".")[0])
        return kind.row if kind else None

    def _lead_parts(self, record: Record, gone: UUID, to: UUID) -> list[Trace]:
        name, _, column = self.field.partition(".")
        parts = getattr(record, name)
        led = [each for each in parts if getattr(each, column) == gone]
        if led:
            setattr(record, name, [replace(e, **{column: to}) if e in led else e for e in parts])
        return [Trace(each.id) for each in led]

    def _part_back(self, record: Record, gone: UUID, to: UUID, part_id: UUID) -> bool:
        name, _, column = self.field.partition(".")
        parts = list(getattr(record, name))
        for place, each in enumerate(parts):
            if each.id == part_id and getattr(each, column) == to:
                parts[place] = replace(each, **{column: gone})
                setattr(record, name, parts)
                return True
        return False

    def _lead_custom(self, record: Record, gone: UUID, to: UUID) -> list[Trace]:
        key = self.field.removeprefix(PREFIX)
        if (record.custom or {}).get(key) != str(gone):
            return []
        record.custom = {**record.custom, key: str(to)}
        return [Trace()]


def places(
    records: Iterable[type[Record]],
    entity: str,
    custom: Mapping[str, tuple[CustomField, ...]] = MappingProxyType({}),
) -> Iterator[Place]:
    """Where records of these entities name those of one."""
    for record in records:
        defined = custom_fields(record, custom.get(record.entity, ())).fields
        kinds = dict(_kinds(record)) | {name: known.said.kind for name, known in defined.items()}
        yield from (
            Place(record, entity, name) for name in kinds if entity in _targets(kinds[name])
        )


def _kinds(record: type[Record]) -> Iterator[tuple[str, Any]]:
    """What the fields of an entity hold, and the columns of its parts."""
    yield from ((name, known.said.kind) for name, known in record.fields.items() if name != "id")
    for name, kind in parts_in(record).items():
        yield from ((f"{name}.{column.name}", column.kind) for column in kind.row.columns)


def _targets(kind: Any) -> tuple[str, ...]:
    """The entities of the records that a kind names."""
    if not isinstance(kind, Reference | References):
        return ()
    return getattr(kind, "among", ()) or (kind.target,)
