"""How a unit of work finds records and rows: as they stand by now, with what it has changed itself."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select

from kit.access.permit import Permit
from kit.access.reach import Reach
from kit.actor import Actor
from kit.database.statements import Statement, Statements
from kit.database.transaction import Queries, Transaction
from kit.entity import Level, Record
from kit.entity.parts import parts_in
from kit.errors import Denied, NotFound
from kit.ids import record_id
from kit.records.write.identity_map import IdentityMap
from kit.records.write.loading import (
    by_id,
    by_ids,
    every,
    fill,
    itself,
    revived,
    standing_by_ids,
    within,
)
from kit.references.fetch import Fetch

if TYPE_CHECKING:
    from kit.records.process import Process

R = TypeVar("R", bound=Record)

NOT_FAR_ENOUGH = {
    Level.EDIT: "You may read this record but not change it.",
    Level.FULL: "This record is yours to see, but not to share, hand over or delete.",
}
_ALL = Reach(all=True)
_MINE, _SHARED = "for no key update", "for share"


class Rows(Queries):
    """The way to rows of one actor in one transaction, which is begun by the first that has to be in it."""

    def __init__(self, process: "Process", actor: Actor) -> None:
        self.process = process
        self.actor = actor
        self.transaction = Transaction(process.database)
        self.pending = IdentityMap()
        self._sees_pending = True

    def permit(self, what: type[Record] | str) -> Permit:
        """What the actor may do with an entity, as the policy is by now."""
        return self.process.policy.permit(self.actor, what)

    # Records.

    async def get(
        self,
        record: type[R],
        id: UUID | str,
        level: Level = Level.READ,
        *,
        binned: bool = False,
    ) -> R:
        """One record within reach; one out of sight is not found, whatever was wanted of it."""
        found = await self.find(record, id, level, binned=binned)
        if found is not None:
            return found
        if level is not Level.READ and await self.find(record, id, binned=binned):
            raise Denied(NOT_FAR_ENOUGH[level])
        raise await self.process.reader.missing(self.permit(record), record_id(id))

    async def find(
        self,
        record: type[R],
        id: UUID | str,
        level: Level = Level.READ,
        *,
        binned: bool = False,
        instead_of: type[Record] | None = None,
    ) -> R | None:
        """One record if it is within reach, among those that stand or those in the bin.

        It may carry the keys of another, `instead_of` which it stands.
        """
        reach = self.permit(instead_of or record).reach(level)
        key = (record, level, reach.shape, binned)
        build = partial(by_id, record, reach, level, binned=binned)
        statement = self._statements.once(key, build)
        found = await self._records(record, statement, reach.parameters | {"id": record_id(id)})
        return found[0] if found else None

    async def named(
        self, record: type[R], ids: Sequence[UUID], level: Level | None = None
    ) -> Sequence[R]:
        """Those of some records that are within reach; whoever may see them where no level is said."""
        reach = self.permit(record).reach(level) if level else _ALL
        key = (record, level, reach.shape, "named")
        statement = self._statements.once(key, lambda: by_ids(record, reach, level or Level.READ))
        return await self._records(record, statement, reach.parameters | {"ids": list(ids)})

    async def among(
        self,
        record: type[R],
        ids: Sequence[UUID],
        level: Level | None = None,
        *,
        binned: bool = False,
    ) -> Mapping[UUID, R]:
        """The same by their ids, of those that stand or those in the bin."""
        reach = self.permit(record).reach(level) if level else _ALL
        key = (record, level, reach.shape, binned, "among")
        build = partial(standing_by_ids, record, reach, level or Level.READ, binned=binned)
        statement = self._statements.once(key, build)
        found = await self._records(record, statement, reach.parameters | {"ids": list(ids)})
        return {each.id: each for each in found}

    async def every(self, record: type[R]) -> Sequence[R]:
        """All records of a small table, whoever may see them: for rules that need every one."""
        statement = self._statements.once(record, partial(every, record))
        return await self._records(record, statement, {})

    async def all(
        self,
        record: type[R],
        *where: ColumnElement[bool],
        level: Level = Level.READ,
        limit: int = 1_000,
        **given: Any,
    ) -> Sequence[R]:
        """The records within reach that meet the conditions, oldest first.

        With values `given` for parameters, the conditions are constants of a module and compiled once.
        """
        reach = self.permit(record).reach(level)
        key = (record, level, reach.shape, limit, *where)
        build = partial(within, record, reach, level, where, limit)
        statement = self._statements.once(key, build) if given else self._statements.of(build())
        return await self._records(record, statement, reach.parameters | given)

    async def first(self, record: type[R], *where: ColumnElement[bool], **given: Any) -> R | None:
        """The oldest such record within reach, if any."""
        return next(iter(await self.all(record, *where, limit=1, **given)), None)

    async def records(self, record: type[R], query: Select[Any], **given: Any) -> Sequence[R]:
        """The records that a query over `stored(record)` finds, whoever may see them."""
        return await self._records(record, self._statements.of(query), given)

    async def held(self, record: type[R], query: Select[Any], **given: Any) -> Sequence[R]:
        """The same for a query that locks what it finds: as the records are by now, until the end."""
        statement = self._statements.of(query)
        found = await _found(statement, given, await self._begun(statement))
        return [self._refreshed(record, row) for row in await self._by_now(record, found)]

    async def hold(self, record: Record, *, shared: bool = False) -> None:
        """Locks a record and looks at it as it is by now; references to it pass, changes wait.

        Of those who hold it `shared` there may be several at once.
        """
        statement = self._statements.once(("itself", type(record)), partial(itself, type(record)))
        text = f"{statement.text} {_SHARED if shared else _MINE}"
        found = await self.transaction.fetch(text, statement.arguments({"id": record.id}))
        rows = await self._by_now(type(record), found)
        if not rows:
            raise NotFound
        fill(record, rows[0])

    # Rows of any table, whoever may see them.

    async def rows(self, query: Executable, **given: Any) -> list[Any]:
        """The rows of a query that only reads."""
        statement = self._statements.of(query)
        return statement.rows(await _found(statement, given, await self._fetch(statement)))

    async def run(self, statement: Executable, **given: Any) -> list[Any]:
        """Runs a statement that changes or locks something, and gives its rows."""
        known = self._statements.of(statement)
        return known.rows(await _found(known, given, await self._begun(known)))

    @contextmanager
    def as_stored(self) -> Iterator[None]:
        """What is looked for inside is found as it is stored: what waits to be written goes on waiting."""
        before, self._sees_pending = self._sees_pending, False
        try:
            yield
        finally:
            self._sees_pending = before

    @abstractmethod
    async def flush(self) -> None:
        """Writes what has changed, with history and events; it is kept or undone with all the rest."""

    # How.

    @property
    def _statements(self) -> Statements:
        return self.process.database.statements

    async def _records(
        self, record: type[R], statement: Statement, given: Mapping[str, Any]
    ) -> Sequence[R]:
        found = await _found(statement, given, await self._fetch(statement))
        return [self.pending.know(revived(record, row)) for row in found]

    async def _by_now(self, record: type[Record], locked: Sequence[Any]) -> Sequence[Any]:
        """Wholes are read again: what was waited for is seen in the row that is locked, and in no other."""
        if not locked or not parts_in(record):
            return locked
        ids = [row["id"] for row in locked]
        build = partial(by_ids, record, _ALL, Level.READ)
        again = self._statements.once((record, "by now"), build)
        given = _ALL.parameters | {"ids": ids}
        rows = await self.transaction.fetch(again.text, again.arguments(given))
        return sorted(rows, key=lambda row: ids.index(row["id"]))

    def _refreshed(self, record: type[R], row: Any) -> R:
        known = self.pending.know(revived(record, row))
        fill(known, row)
        return known

    async def _fetch(self, statement: Statement) -> Fetch:
        """Outside a transaction there is nothing yet that others do not see as well."""
        if self._sees_pending and self.pending.touches(statement.tables):
            await self.flush()
        return self.transaction.fetch if self.transaction.is_open else self.process.database.fetch

    async def _begun(self, statement: Statement) -> Fetch:
        await self._fetch(statement)
        return self.transaction.fetch


async def _found(statement: Statement, given: Mapping[str, Any], fetch: Fetch) -> Sequence[Any]:
    return await fetch(statement.text, statement.arguments(given))
