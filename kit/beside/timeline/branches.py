"""Of which records a timeline tells: the record itself, and what hangs on it as far as it is seen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from kit.access.clause import reachable, within_reach
from kit.access.permit import Permit
from kit.entity import Level, Record
from kit.records.read.paths import reached
from kit.references.copies.tables import reference_copy
from kit.wire.contract import every_entity, facts_of


@dataclass(frozen=True, slots=True)
class Branch:
    """Records of one entity that the caller sees, each with whether he has full access to it."""

    permit: Permit
    which: ColumnElement[bool]

    @property
    def record(self) -> type[Record]:
        return self.permit.record

    @property
    def _seen(self) -> ColumnElement[bool]:
        reach = self.permit.reach(Level.READ)
        return and_(self.which, reachable(self.record, reach, Level.READ))

    def ids(self) -> Select[Any]:
        return select(self.record.__table__.c.id).where(self._seen)

    def rows(self) -> Select[Any]:
        """The ids, and for each whether the caller has full access."""
        full = within_reach(self.record, self.permit.reach(Level.FULL), Level.FULL)
        return select(self.record.__table__.c.id, full.label("full")).where(self._seen)


def stem(permit: Permit, id: UUID) -> Branch:
    """The record itself."""
    return Branch(permit, permit.record.__table__.c.id == id)


@dataclass(frozen=True, slots=True)
class Copied:
    """Records of an entity of another service that the caller sees, by their copies."""

    permit: Permit
    entity: str
    which: ColumnElement[bool]

    def ids(self) -> Select[Any]:
        copy = reference_copy.c
        seen = reached(copy, self.permit.reach(Level.READ))
        return select(copy.id).where(
            copy.entity == self.entity, copy.state == "live", self.which, seen
        )


def branches(first: Branch, entities: Mapping[str, type[Record]]) -> Iterator[Branch]:
    """The record, what hangs on it by its declared parent, and what hangs on that.

    A log that hangs on a record tells what the history of the record tells already.
    """
    waiting, met = [first], {first.record}
    while waiting:
        branch = waiting.pop(0)
        yield branch
        for child in entities.values():
            if child not in met and not child.a_log and (below := _below(branch, child)):
                met.add(child)
                waiting.append(below)


def hanging_on(
    permit: Permit, entity: str, id: UUID, entities: Mapping[str, type[Record]]
) -> Iterator[Branch]:
    """What hangs here on a record of another service, or on one that hangs on it there."""
    above = list(_copied(Copied(permit, entity, reference_copy.c.id == id), entities))
    met: set[type[Record]] = set()
    for child in entities.values():
        first = None if child.a_log else _below_any(above, permit.another(child))
        for branch in branches(first, entities) if first else ():
            if branch.record not in met:
                met.add(branch.record)
                yield branch


def _copied(first: Copied, own: Mapping[str, type[Record]]) -> Iterator[Copied]:
    """The record of another service, and what hangs on it in whichever service but this one."""
    waiting, met = [first], {first.entity}
    while waiting:
        above = waiting.pop(0)
        if "view" not in above.permit.rights:
            continue
        yield above
        for name in sorted(every_entity() - own.keys() - met):
            facts = facts_of(name)
            if facts and above.entity in facts.parents:
                met.add(name)
                hanging = reference_copy.c.parent_id.in_(above.ids())
                waiting.append(Copied(above.permit.another(name), name, hanging))


def _below_any(above: Iterable[Copied], permit: Permit) -> Branch | None:
    """The records of an entity that hang on any of these, by references that the caller may see."""
    child = permit.record
    names = [name for name in child.hangs_on if _shown(permit, name)]
    found = (naming(child, each.entity, names, each.ids()) for each in above)
    ways = [each for each in found if each is not None]
    return Branch(permit, or_(*ways)) if ways and "view" in permit.rights else None


def _shown(permit: Permit, name: str) -> bool:
    kind: Any = permit.record.fields[name].said.kind
    return all(map(permit.sees, filter(None, (name, getattr(kind, "named_by", "")))))


def _below(branch: Branch, child: type[Record]) -> Branch | None:
    """The records of an entity that hang on those of a branch."""
    permit, ids = branch.permit.another(child), branch.ids()
    hanging = naming(child, branch.record.entity, child.hangs_on, ids)
    return None if hanging is None or "view" not in permit.rights else Branch(permit, hanging)


def naming(
    child: type[Record], entity: str, names: Iterable[str], ids: Select[Any]
) -> ColumnElement[bool] | None:
    """Whether a row names one of some records of an entity in these fields; None where it cannot."""
    table: Any = child.__table__
    ways: list[ColumnElement[bool]] = []
    for name in names:
        kind: Any = child.fields[name].said.kind
        if getattr(kind, "target", "") == entity:
            ways.append(table.c[name].in_(ids))
        elif entity in getattr(kind, "among", ()):
            ways.append(and_(table.c[name].in_(ids), table.c[kind.named_by] == entity))
    return or_(*ways) if ways else None
