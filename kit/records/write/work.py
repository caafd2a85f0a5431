"""The unit of work: one actor, one transaction, and the only way to rows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.access.clause import reachable, standing
from kit.access.fields import custom_seen, seen
from kit.actor import Actor
from kit.entity import Level, Record
from kit.errors import Conflict, Denied, NotFound
from kit.ids import record_id
from kit.records.read.json_views import shown_json
from kit.records.tables import answered
from kit.records.write.changes import changes_of, parts_of, prepare, settled
from kit.records.write.history import Change, beside
from kit.records.write.identity_map import Pending
from kit.records.write.keys import moves
from kit.records.write.numbering import give_numbers
from kit.records.write.writer import write
from kit.references.resolving import Resolving
from kit.references.trees import climbs
from kit.rpc.call import Call
from kit.rpc.server import Replayed

if TYPE_CHECKING:
    from kit.records.process import Process

R = TypeVar("R", bound=Record)

_NOT_FAR_ENOUGH = {
    Level.EDIT: "You may read this record but not change it.",
    Level.FULL: "This record is yours to see, but not to share, hand over or delete.",
}

# Both are built once: they run in every call that may be repeated.
_FIRST = insert(answered).on_conflict_do_nothing().returning(answered.c.key)
_ANSWERED = (
    answered.update()
    .where(
        answered.c.actor == bindparam("an_actor"),
        answered.c.method == bindparam("a_method"),
        answered.c.key == bindparam("a_key"),
    )
    .values(reply=bindparam("a_reply"))
)


class Work:
    """What one call does to the records of its service."""

    def __init__(self, process: "Process", actor: Actor, call: Call) -> None:
        self.process = process
        self.actor = actor
        self.call = call
        self.reply: Any = None
        self.notes: dict[str, Any] = {}
        """What handlers look up once and need until the end of the transaction."""
        self.written: list[Change] = []
        self.shown: dict[Record, Change] = {}
        self.references = Resolving(self)
        self._session: AsyncSession | None = None
        self._pending = Pending()
        self._after: list[Callable[[], Awaitable[None]]] = []
        self._request = b""

    @property
    def verb(self) -> str | None:
        """The method that is being served, e.g. `Resolve`; None where the system works by itself."""
        return None if self.actor.is_system else self.call.method.rpartition("/")[2]

    # Rows.

    @property
    def session(self) -> AsyncSession:
        """The session, opened when somebody first asks; most work reads and writes without one."""
        if self._session is None:
            self._session = self.process.sessions()
            self._session.sync_session.info["work"] = self
            self._pending.hand_over(self._session.sync_session)
        return self._session

    async def get(
        self,
        record: type[R],
        id: UUID | str,  # noqa: A002
        level: Level = Level.READ,
        *,
        binned: bool = False,
    ) -> R:
        """One record within reach; one out of sight is not found, whatever was wanted of it."""
        found = await self.find(record, id, level, binned=binned)
        if found is not None:
            return found
        if level is not Level.READ and await self.find(record, id, binned=binned):
            raise Denied(_NOT_FAR_ENOUGH[level])
        raise NotFound

    async def find(
        self,
        record: type[R],
        id: UUID | str,  # noqa: A002
        level: Level = Level.READ,
        *,
        binned: bool = False,
    ) -> R | None:
        """One record if it is within reach, among those that stand or those in the bin."""
        reach = self.process.policy.reach(self.actor, record, level)
        if self._session is None and not self._pending.touches(record):
            found = await self.process.loading.one(
                record, record_id(id), reach, level, binned=binned
            )
            return None if found is None else self._pending.know(found)
        within = reachable(record, reach, level, binned=binned)
        same = select(record).where(record.id == record_id(id), within)
        return await self.session.scalar(same)

    async def every(self, record: type[R]) -> Sequence[R]:
        """All records of a small table, whoever may see them: for rules that need every one."""
        if self._session is None and not self._pending.touches(record):
            return [self._pending.know(each) for each in await self.process.loading.all(record)]
        rows = select(record).where(standing(record.__table__)).order_by(record.id)
        return (await self.session.scalars(rows)).all()

    async def look(self, query: Select[*tuple[Any, ...]], **given: Any) -> Sequence[Any]:
        """The rows of a query that a module keeps, whoever may see them, for the values given."""
        if self._session is None and not self._pending.touches(Record):
            return await self.process.loading.rows(query, given)
        found: Sequence[Any] = (await self.session.execute(query, given)).all()
        return found

    async def all(
        self,
        record: type[R],
        *where: ColumnElement[bool],
        level: Level = Level.READ,
        limit: int = 1_000,
    ) -> Sequence[R]:
        """The records within reach that meet the conditions, oldest first."""
        reach = self.process.policy.reach(self.actor, record, level)
        rows = select(record).where(reachable(record, reach, level), *where)
        return (await self.session.scalars(rows.order_by(record.id).limit(limit))).all()

    async def first(self, record: type[R], *where: ColumnElement[bool]) -> R | None:
        """The oldest such record within reach, if any."""
        return next(iter(await self.all(record, *where, limit=1)), None)

    def add(self, record: R) -> R:
        """Takes a new record in; it belongs to the caller unless it says otherwise."""
        if record.owner_id is None:
            record.owner_id = self.actor.person_id
        if self._session is None:
            self._pending.new.append(record)
        else:
            self._session.add(record)
        return record

    def take_up(self, record: R) -> R:
        """Goes on with a record that earlier work read or wrote."""
        if self._session is None:
            return self._pending.know(record)
        self._session.add(record)
        return record

    async def remove(self, record: Record) -> None:
        """Takes a record away for good, if its rules let it go; see `kit/records/bin`."""
        record.removing()
        if self._session is None:
            self._pending.gone.append(record)
        else:
            await self._session.delete(record)

    async def flush(self) -> None:
        """Sends what has changed to the database, with history and events, still uncommitted."""
        await self.session.flush()

    def allow(self, record: type[Record], action: str) -> None:
        """Refuses an action that the caller's profiles do not hold."""
        if action not in self.process.policy.rights(self.actor, record.entity):
            raise Denied(f"Your profile does not let you {action} {record.plural.lower()}.")

    # Answers.

    async def show(self, record: Record) -> Any:
        """The record as the caller may see it: ready JSON for the gateway, typed fields for others."""
        if self._at_once:
            await self._learn()
            prepare(self, self._pending.new, self._pending.changed)
        else:
            await self.flush()
        shape = self.process.shapes[type(record)]
        names = seen(self.process.policy, self.actor, type(record), shape.names)
        custom = custom_seen(self.process.policy, self.actor, type(record))
        if self.call.json:
            body = shown_json(record, names, custom=custom)
            return self.answer(shape.message(json=body, version=record.version))
        return self.answer(shape.to_message(record, names, custom=custom))

    def answer(self, reply: Any) -> Any:
        """Keeps the reply, so that the same call made again is answered alike."""
        self.reply = reply
        return reply

    # The transaction.

    async def begin(self, request: Any) -> None:
        """Finds out whether this very call was answered before."""
        if not self.call.idempotency_key or request is None:
            return
        self._request = blake2b(
            request.SerializeToString(deterministic=True), digest_size=16
        ).digest()
        mine = {
            "actor": self.actor.name,
            "method": self.call.method,
            "key": self.call.idempotency_key,
        }
        first = await self.session.execute(_FIRST, mine | {"request": self._request})
        if first.scalar() is None:
            await self._replay(mine)

    async def _replay(self, mine: dict[str, str]) -> None:
        before = (await self.session.execute(select(answered).filter_by(**mine))).one()
        if before.request != self._request:
            raise Conflict("This Idempotency-Key was used for a different request; take a new one.")
        raise Replayed(before.reply or b"")

    async def finish(self) -> None:
        """Writes everything down and commits."""
        if self._at_once:
            await self._write_at_once()
            return
        await self.session.flush()
        for step in self.process.before_commit:
            await step(self)
        if self._request and self.reply is not None:
            mine = {"an_actor": self.actor.name, "a_method": self.call.method}
            mine["a_key"] = self.call.idempotency_key
            reply = self.reply.SerializeToString()
            await self.session.execute(_ANSWERED, mine | {"a_reply": reply})
        await self.session.commit()

    @property
    def _at_once(self) -> bool:
        """Whether all that there is to write can be one statement, which is a transaction by itself."""
        if self._session is not None or self.process.before_commit:
            return False
        return not any(moves(each) or climbs(each) for each in self._pending.changed)

    async def _write_at_once(self) -> None:
        await self._learn()
        rows = self._pending.new, self._pending.changed, self._pending.gone
        changes = changes_of(self, *rows)
        if parts := parts_of(*rows):
            async with self.process.database.connection() as connection:
                await write(connection, parts, beside(self, changes))
            settled(parts)
        self.written += changes

    async def _learn(self) -> None:
        """Finds what has to be known ahead: the records that are referred to anew, and numbers."""
        fetch = self.process.database.fetch
        await self.references.learn(fetch, self._pending.new, self._pending.changed)
        await give_numbers(fetch, self._pending.new)

    async def close(self) -> None:
        """Gives the connection back; what was not committed is undone."""
        if self._session is not None:
            await asyncio.shield(self._session.close())

    def after_commit(self, step: Callable[[], Awaitable[None]]) -> None:
        """Does something once the transaction is durable."""
        self._after.append(step)

    async def committed(self) -> None:
        """Tells the relay that there may be something to send."""
        if self._session is not None or self.written:
            self.process.poke()
        for step in self._after:
            await step()
