"""The fields of what a record refers to, asked for as if they were its own: `account.industry`.

A record of the same service is looked at in its own table, one of another in its copy. Either way
whoever asks learns what he could see there, and no more: a hidden field is none, and of a record out
of sight every field is missing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
)

from kit.access.clause import met
from kit.access.entities import at_home_in
from kit.access.permit import Permit
from kit.access.reach import Reach
from kit.entity import Field, Level, Record, Reference
from kit.entity.fields import Said, said
from kit.entity.kinds import Kind
from kit.entity.kinds import Text as TextKind
from kit.query import Kind as Comparison
from kit.query import Path
from kit.query.sql import TYPES
from kit.references.copies.kept_fields import kept_of
from kit.references.copies.tables import reference_copy
from kit.wire.contract import facts_of
from kit.wire.options import kind_of

_LISTS: Mapping[Comparison, Any] = {Comparison.TEXTS: Text(), Comparison.UUIDS: Uuid()}


@dataclass(frozen=True, slots=True)
class There:
    """A field of the record that a reference leads to: where it stands, and how the two are joined."""

    source: Any
    joined: ColumnElement[bool]
    column: ColumnElement[Any]
    said: Said

    def field(self, name: str) -> Field:
        """The field as the record's own."""
        value = select(self.column).where(self.joined).correlate_except(self.source)
        return Field(
            name,
            self.said,
            value.scalar_subquery(),
            nullable=True,
            path=Path(self.column, self._leads),
        )

    def _leads(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """A semi-join: the planner may begin at either end."""
        row = exists().select_from(self.source).where(self.joined, condition)
        return row.correlate_except(self.source)


class Paths:
    """Every such field of one entity, made when it is asked for."""

    def __init__(self, permit: Permit, own: Mapping[str, Field]) -> None:
        self._permit, self._record = permit, permit.record
        self._references = {
            name.removesuffix("_id"): known
            for name, known in own.items()
            if name.endswith("_id") and isinstance(known.said.kind, Reference)
        }

    def __iter__(self) -> Iterator[str]:
        for head, reference in self._references.items():
            yield from (f"{head}.{name}" for name in self._names(_target(reference)))

    def find(self, name: str) -> Field | None:
        """The field of that name, if there is one that the caller may see."""
        head, _, tail = name.partition(".")
        reference = self._references.get(head)
        if reference is None or tail not in self._names(_target(reference)):
            return None
        found = self._there(head, reference, tail).field(name)
        return self._permit.asked(found)

    def goes_by_caller(self, name: str) -> bool:
        """Whether others reach other records by it, so that what it finds is found for him alone."""
        return not self._reach(_target(self._references[name.partition(".")[0]])).everything

    def _names(self, target: str) -> Collection[str]:
        there = self._permit.another(target)
        if self._here(target) is not None:
            return [name for name in there.fields if name != "custom"]
        return there.seen(kept_of(self._record, target))

    def _here(self, target: str) -> type[Record] | None:
        return at_home_in(self._record.entity.partition(".")[0], target)

    def _reach(self, target: str) -> Reach:
        return self._permit.another(target).reach(Level.READ)

    def _there(self, head: str, reference: Field, tail: str) -> There:
        target = _target(reference)
        home = self._here(target)
        source = (reference_copy if home is None else home.__table__).alias(head)
        joined = and_(source.c.id == reference.column, reached(source.c, self._reach(target)))
        if home is not None:
            here = joined if tail == home.title else and_(joined, source.c.binned_at.is_(None))
            return There(source, here, source.c[tail], home.fields[tail].said)
        of_its_kind = source.c.entity == literal_column(f"'{target}'")
        known = and_(of_its_kind, source.c.state != literal_column("'asked'"), joined)
        facts = facts_of(target)
        if facts is None or tail == facts.title:
            return There(source, known, func.nullif(source.c.title, ""), said(TextKind(), tail))
        kind = kind_of(facts.fields[tail]) or TextKind()
        # Of what stands in the bin nothing is told but its name.
        known = and_(known, source.c.state.in_(map(literal_column, ("'live'", "'converted'"))))
        return There(source, known, _kept(source.c.kept, tail, kind), said(kind, tail))


def reached(columns: Any, reach: Reach) -> ColumnElement[bool]:
    """The rows within a caller's reach, of a table or of the copies."""
    keys = literal(list(reach.keys), ARRAY(Integer))
    return reached_by(columns, reach, keys, literal(list(reach.inherited), ARRAY(BigInteger)))


def reached_by(
    columns: Any, reach: Reach, keys: ColumnElement[Any], inherited: ColumnElement[Any]
) -> ColumnElement[bool]:
    """The same with the caller's numbers given, as values or as parameters."""
    return true() if reach.everything else met(columns, "keys", reach, keys, inherited)


def _target(reference: Field) -> str:
    kind: Any = reference.said.kind
    return str(kind.target)


def _kept(kept: Any, name: str, kind: Kind) -> ColumnElement[Any]:
    """A kept field in its own type."""
    if member := _LISTS.get(kind.comparison):
        members = select(cast(func.jsonb_array_elements_text(kept[name]), member))
        return func.array(members.correlate(kept.table).scalar_subquery(), type_=ARRAY(member))
    text = kept[literal_column(f"'{name}'")].astext
    return text if isinstance(TYPES[kind.comparison], Text) else cast(text, TYPES[kind.comparison])
