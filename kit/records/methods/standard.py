"""Get, List, Create, Update and Delete, written once; every entity's service inherits them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Generic, TypeVar

from crm.v1 import standard_pb2
from google.protobuf.message import Message

from kit.access.permit import Permit
from kit.actor import calling
from kit.duplicates.refusing import refuse_duplicates
from kit.entity import Level, Record
from kit.entity.record import STAMPS
from kit.errors import Conflict, Denied, Invalid
from kit.ids import record_id
from kit.records.bin.moving import put_into_bin, take_from_bin
from kit.records.methods.custom_values import taken
from kit.records.methods.replays import as_seen_now
from kit.records.process import Process
from kit.records.read.json_views import page_json, row_json, shown_json
from kit.records.read.listing import Question, chosen
from kit.records.read.naming import referred_to
from kit.records.read.titles import Title
from kit.records.write.validation import refuse_emptied
from kit.records.write.versions import seen_version, still_good
from kit.records.write.work import Work
from kit.rpc import call as rpc
from kit.rpc.server import Replayed
from kit.wire import Shape

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Message)


class Records(Generic[R, M]):
    """The five standard methods over one entity; a verb is a method of the subclass."""

    record: type[Record]
    message: type[Message]
    listing: type[Message]
    # Fields that nobody edits, but that `amend` of this class knows how to move, for imports.
    amends: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, process: Process) -> None:
        self.process = process
        self.shape = Shape(self.record, self.message)
        process.shapes[self.record] = self.shape

    @asynccontextmanager
    async def work(self, request: Any) -> AsyncIterator[Work]:
        """One transaction for the call being served."""
        try:
            async with self.process.work(calling(), rpc.current(), request) as work:
                yield work
        except Replayed as before:
            raise Replayed(await as_seen_now(self.process, before.reply)) from None

    def permit(self, action: str | None = None) -> Permit:
        """What the caller may do with this entity; refused when an action that is said is not in it."""
        permit = self.process.policy.permit(calling(), self.record)
        if action is not None:
            permit.require(action)
        return permit

    async def Get(self, request: Any, context: Any) -> Any:
        permit = self.permit("view")
        names = chosen(request.fields, permit.seen(self.shape.names), permit.custom.fields)
        row = await self.process.reader.one(permit, record_id(request.id), (*names, "custom"))
        if rpc.current().json:
            titles = await self._titles(names, [row]) if request.titles else None
            ready = row_json((*names, "custom"), row, titles)
            return self.message(json=ready, version=row["version"])
        return self.shape.from_row(names, row)

    async def List(self, request: Any, context: Any) -> Any:
        permit = self.permit("view")
        answer = await self.process.reader.page(
            permit, Question.of(request), permit.seen(self.shape.names)
        )
        titles = await self._titles(answer.names, answer.rows) if request.titles else None
        if rpc.current().json:
            ready = page_json(
                answer.names,
                answer.rows,
                answer.token,
                answer.total,
                capped=answer.capped,
                titles=titles,
            )
            return self.listing(json=ready)
        page = standard_pb2.Page(
            next_page_token=answer.token,
            total=answer.total,
            total_capped=answer.capped,
            titles=(each.message() for each in titles or ()),
        )
        items = [self.shape.from_row(answer.names[:-1], row) for row in answer.rows]
        return self.listing(items=items, page=page)

    async def _titles(self, names: Sequence[str], rows: Sequence[Any]) -> list[Title]:
        """What the records are called to which these rows refer."""
        wanted = referred_to(self.record, names, rows)
        return await self.process.reader.titles.named(self.process.name, calling(), wanted)

    async def Create(self, request: Any, context: Any) -> Any:
        self.permit("create")
        async with self.work(request) as work:
            record = self.new(request)
            await keep_apart(work, record)
            await self.admit(work, record)
            return await work.show(record)

    async def admit(self, work: Work, record: Any) -> None:
        """Takes a new record in, by Create and by import; override it to do more."""
        work.add(record)

    def new(self, request: Any) -> Any:
        """A record that holds what a message says."""
        names, permit = self.shape.given(request), self.permit()
        permit.require_settable(names, new=True)
        record = self.record(**self.shape.values(request, names))
        record.custom = taken(permit, self.process.choices, request.custom, new=True)
        return record

    async def Update(self, request: Any, context: Any) -> Any:
        self.permit("edit")
        async with self.work(request) as work:
            record = await work.get(self.record, request.record.id, Level.EDIT)
            await self.same_version(work, record, request)
            await self.amend(work, record, self.changes(record, request))
            await keep_apart(work, record)
            return await work.show(record)

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """Gives a record new values, by Update and by import; override it to do more."""
        for name, value in values.items():
            setattr(record, name, value)

    async def make_room(self, work: Work, survivor: Any, others: Sequence[Any]) -> None:
        """Override it to refuse a merge whose survivor could not hold what hangs on the others."""

    def changes(self, record: Record, request: Any) -> dict[str, Any]:
        """The values that the mask names, emptied where absent; without a mask, those present."""
        paths = set(request.mask.paths) or set(self.shape.given(request.record)) - STAMPS
        names = [name for name in paths if name in self.shape.fields]
        if unknown := paths - set(names) - {"custom"}:
            raise Invalid("", dict.fromkeys(unknown, "There is no such field."))
        told = self._settable(record, request.record, names)
        values = self.shape.values(request.record, told)
        if "custom" in paths:
            given, stored = request.record.custom, record.custom
            values["custom"] = taken(self.permit(), self.process.choices, given, stored)
        return values

    def _settable(self, record: Record, message: Any, names: list[str]) -> list[str]:
        """Refuses what the caller may not set; what is sent back as it was read is no change."""
        permit = self.permit()
        try:
            permit.require_settable(names, new=False)
        except (Invalid, Denied):
            names = [name for name in names if not self._as_read(permit, record, message, name)]
            permit.require_settable(names, new=False)
        return names

    def _as_read(self, permit: Permit, record: Record, message: Any, name: str) -> bool:
        """Whether the caller says of a field that he sees what it says already."""
        if not permit.sees(name):
            return False
        try:
            said = self.shape.values(message, [name])[name]
        except Invalid:
            return False
        return bool(said == getattr(record, name))

    async def same_version(self, work: Work, record: Record, request: Any) -> None:
        """Refuses a change that was made without having seen the latest one."""
        if not await still_good(work, record, seen_version(request, record)):
            permit = self.permit()
            names, custom = permit.seen(self.shape.names), permit.custom.unveiled(record.custom)
            raise Conflict(
                "Somebody changed this record after you opened it; look at it again.",
                current=shown_json(record, names, custom),
            )

    async def Delete(self, request: Any, context: Any) -> Any:
        self.permit("delete")
        async with self.work(request) as work:
            record = await work.get(self.record, request.id, Level.FULL)
            await self.same_version(work, record, request)
            await self.discard(work, record)
            return work.answer(standard_pb2.Deleted(json=b"{}"))

    async def discard(self, work: Work, record: Any) -> None:
        """Puts a record into the bin; override it to ask first what else depends on it."""
        if record.no_bin:
            work.remove(record)
        else:
            put_into_bin(work, record)

    async def take_back(self, work: Work, record: Any) -> None:
        """Takes a record out of the bin; override it to ask first whether its place is still free."""
        take_from_bin(record)


async def keep_apart(work: Work, record: Record) -> None:
    """Refuses what the rules of the organisation take for another record, unless it is said to be meant."""
    refuse_emptied(record)
    await refuse_duplicates(work, record)
