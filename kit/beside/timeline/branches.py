"""Of which records a timeline tells: the record itself, and what hangs on it as far as it is seen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from kit.access.clause import reachable, within_reach
from kit.access.permit import Permit
from kit.entity import Level, Record


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
