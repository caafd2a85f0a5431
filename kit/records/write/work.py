"""The unit of work: one actor, one transaction, and the only way to rows."""

from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.database.tables import beside_gone, passed_on
from kit.duplicates import keeping
from kit.entity import Record
from kit.entity.tracking import former
from kit.errors import Conflict
from kit.records.read.json_views import shown_json
from kit.records.tables import answered
from kit.records.write.changes import changes_of, complete, judge, told_as
from kit.records.write.history import Change, beside
from kit.records.write.keys import ACCESS_COLUMNS, hold, moves
from kit.records.write.numbering import give_numbers
from kit.records.write.rows import Rows
from kit.records.write.writer import steps_of, write
from kit.references.cascade import follow_all
from kit.references.fetch import Fetch
from kit.references.resolving import Resolving
from kit.references.trees import climbs, refuse_circles
from kit.rpc.call import Call
from kit.rpc.server import Replayed

if TYPE_CHECKING:
    from kit.records.process import Process

R = TypeVar("R", bound=Record)

_MINE = {name: bindparam(f"my_{name}", type_=Text()) for name in ("actor", "method", "key")}
_SAME = [answered.c[name] == mine for name, mine in _MINE.items()]
_FIRST = (
    insert(answered)
    .values(_MINE | {"request": bindparam("asked", type_=answered.c.request.type)})
    .on_conflict_do_nothing()
    .returning(answered.c.key)
)
_BEFORE = select(answered.c.request, answered.c.reply).where(*_SAME)
_ANSWERED = answered.update().where(*_SAME).values(reply=bindparam("told"))


class Work(Rows):
    """What one call does to the records of its service."""

    def __init__(self, process: "Process", actor: Actor, call: Call) -> None:
        super().__init__(process, actor)
        self.call = call
        self.reply: Any = None
        self.notes: dict[str, Any] = {}
        """What handlers look up once and need until the end of the transaction."""
        self.gives_back = False
        """Whether the actor takes back what he did, be it that he handed a record over to somebody else."""
        self.follows = False
        """Whether records only follow what they refer to under another id, for which no rule is asked."""
        self.hands_over = False
        """Whether records change hands by the right to hand over, which reaches those out of sight."""
        self.written: list[Change] = []
        self.shown: dict[Record, Change] = {}
        """Changes that are checked and told of, and not written yet."""
        self.references = Resolving(self)
        self._heirs: dict[Record, Record] = {}
        self._after: list[Callable[[], Awaitable[None]]] = []
        self._request = b""
        self._told = False

    @property
    def verb(self) -> str | None:
        """The method that is being served, e.g. `Resolve`; None where the system works by itself."""
        return None if self.actor.is_system else self.call.method.rpartition("/")[2]

    # Changes.

    def add(self, record: R) -> R:
        """Takes a new record in; it belongs to the caller unless it says otherwise."""
        if record.owner_id is None:
            record.owner_id = self.actor.person_id
        if initial := self.permit(type(record)).custom.of_entity.initial:
            record.custom = {**initial, **record.custom}
        self.pending.new.append(record)
        return record

    def take_up(self, record: R) -> R:
        """Goes on with a record that earlier work read or wrote."""
        return self.pending.know(record)

    def remove(self, record: Record) -> None:
        """Takes a record away for good, if its rules let it go; what stands beside it goes along."""
        record.removing()
        self.pending.gone.append(record)

    def pass_on(self, record: Record, heir: Record) -> None:
        """Lets what stands beside a record that changes go over to another one; see `kit/records/bin`."""
        self._heirs[record] = heir

    async def tell(self, record: Record, what: str, others: list[list[str]]) -> None:
        """Says by a name of its own what happens to a record, which is `merged` or `unmerged`."""
        await self._prepare()
        told_as(self, record, what, others)

    # Answers.

    async def show(self, record: Record) -> Any:
        """The record as the caller may see it: ready JSON for the gateway, typed fields for others."""
        await self._prepare()
        shape, permit = self.process.shapes[type(record)], self.permit(type(record))
        names, custom = permit.seen(shape.names), permit.custom.unveiled(record.custom)
        if self.call.json:
            body = shown_json(record, names, custom)
            return self.answer(shape.message(json=body, version=record.version))
        return self.answer(shape.to_message(record, names, custom))

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
        if not await self.run(_FIRST, **self._mine, asked=self._request):
            await self._replay()

    @property
    def _mine(self) -> dict[str, str]:
        """Under what the answer to this call is kept."""
        call = self.call
        return {
            "my_actor": self.actor.name,
            "my_method": call.method,
            "my_key": call.idempotency_key,
        }

    async def _replay(self) -> None:
        before = await self.row(_BEFORE, **self._mine)
        if before.request != self._request:
            raise Conflict("This Idempotency-Key was used for a different request; take a new one.")
        raise Replayed(before.reply or b"")

    async def finish(self) -> None:
        """Writes everything down and commits."""
        await self._write(last=not self.process.before_commit)
        for step in self.process.before_commit:
            await step(self)
        if self._request and self.reply is not None:
            await self.run(_ANSWERED, **self._mine, told=self.reply.SerializeToString())
        self._told = bool(self.written) or self.transaction.is_open
        await self.transaction.commit()

    async def flush(self) -> None:
        await self._write(last=False)

    async def _prepare(self) -> None:
        """Completes and checks what waits to be written; what was shown stays as it was shown."""
        new = [each for each in self.pending.new if each not in self.shown]
        old = [each for each in self.pending.changed if each not in self.shown]
        if not (new or old):
            return
        fetch = self._statements_run(together=any(moves(each) or climbs(each) for each in old))
        await self.references.learn(fetch, new, old)
        await refuse_circles(fetch, new, old)
        await give_numbers(fetch, new)
        complete(self, (*new, *old))
        moved = [each for each in old if moves(each)]
        shares = await hold(self.transaction.fetch, moved) if moved else {}
        judge(self, new, old, shares)

    async def _write(self, *, last: bool) -> None:
        """All that there is to write, in one statement; the last one may be a transaction by itself."""
        await self._prepare()
        new, old, gone = self.pending.new, self.pending.changed, self.pending.gone
        steps = steps_of(new, old, gone)
        opened = [each for each in old if not ACCESS_COLUMNS.isdisjoint(former(each))]
        changes = changes_of(self)
        if steps:
            passing = opened or gone or self._heirs
            fetch = self._statements_run(together=bool(passing) or not last)
            agreeing = keeping.kept(self.process.policy, new, old)
            await write(fetch, steps, beside(self, changes), agreeing)
            await self._clear_beside(gone)
            await self._pass_on()
            await follow_all(self.transaction.fetch, self.process.entities, opened)
        self.pending.stored()
        self.written += changes

    async def _clear_beside(self, gone: Sequence[Record]) -> None:
        """Once records are gone nothing more can come to stand beside them, so this misses none."""
        if gone:
            many, ids = len(gone) > 1, [each.id for each in gone]
            await self.transaction.fetch(beside_gone(many=many), [ids if many else ids[0]])

    async def _pass_on(self) -> None:
        """The same of records that were put away: their rows are locked by now."""
        for record, heir in self._heirs.items():
            names = (record.id, record.entity, heir.id, heir.entity)
            told = [*names, record.binned_at, self.actor.name]
            await self.transaction.fetch(passed_on(), told)
        self._heirs.clear()

    def _statements_run(self, *, together: bool) -> Fetch:
        """Each as a transaction by itself, unless they are to be kept or undone together."""
        if together or self.transaction.is_open:
            return self.transaction.fetch
        return self.process.database.fetch

    async def close(self) -> None:
        """Gives the connection back; what was not committed is undone."""
        await self.transaction.close()

    def after_commit(self, step: Callable[[], Awaitable[None]]) -> None:
        """Does something once the transaction is durable."""
        self._after.append(step)

    async def committed(self) -> None:
        """Tells the relay that there may be something to send."""
        if self._told:
            self.process.poke()
        for step in self._after:
            await step()
