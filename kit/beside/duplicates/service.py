"""The service `Duplicates` over all entities of one process that people fill."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

from crm.v1 import duplicates_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.duplicates_pb2_grpc import DuplicatesServicer
from sqlalchemy import select

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.duplicates import pairs
from kit.beside.duplicates.scanning import find_duplicates
from kit.beside.duplicates.taking import has_duplicates
from kit.describe import title_of
from kit.duplicates.candidates import suspects
from kit.duplicates.refusing import MOST, shown
from kit.duplicates.rules import Rules, rules_of
from kit.duplicates.tables import duplicate_pair, duplicate_scan
from kit.entity import Record
from kit.errors import Invalid, NotFound, Problem
from kit.ids import record_id
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc
from kit.rpc.server import Replayed

_PAGE, _MOST = 25, 100
_APART = "Only two different records can be told apart; give the id of the other one."


class Duplicates(DuplicatesServicer):
    """Tells of records that may be the same, and keeps what people say of it."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @property
    def records(self) -> list[type[Record]]:
        """The entities that are looked through."""
        shapes = self.process.shapes.items()
        return [record for record, shape in shapes if has_duplicates(shape.message.DESCRIPTOR)]

    async def find(self) -> NoReturn:
        """Goes on in the background."""
        await find_duplicates(self.process, self.records)

    async def Match(self, request: pb.MatchRequest, context: Any) -> pb.Candidates:
        permit = self._permit(request.entity)
        rules = self._rules(permit)
        if not rules.every:
            return pb.Candidates()
        async with self.process.work(calling(), rpc.current()) as work:
            draft = await self._draft(work, permit, request)
            found = await suspects(work, draft, rules)
            return pb.Candidates(items=[shown(permit, each) for each in found[:MOST]])

    async def _draft(self, work: Work, permit: Permit, request: pb.MatchRequest) -> Record:
        """The record as far as it is typed, over what it says already; nothing of it is written."""
        stands = await work.get(permit.record, request.id) if request.id else None
        draft = permit.record(**_said_by(stands) if stands else {})
        draft.custom = dict(stands.custom or {}) if stands else {}
        if stands:
            draft.id = stands.id
        self._type(draft, request)
        # What is not complete yet may still be told by what is there.
        with suppress(Problem, TypeError):
            draft.prepare(calling())
        return draft

    def _type(self, draft: Record, request: pb.MatchRequest) -> None:
        shape = self.process.shapes[type(draft)]
        typed: Any = shape.message()
        if not request.record.Unpack(typed):
            raise Invalid(record=f"Send a record of {draft.entity}.")
        for name in shape.given(typed):
            with suppress(Problem):
                setattr(draft, name, shape.values(typed, [name])[name])
        draft.custom = {**draft.custom, **typed.custom}

    async def List(self, request: pb.DuplicatesRequest, context: Any) -> pb.DuplicatePage:
        permit = self._permit(request.entity)
        rules, size = self._rules(permit), min(max(request.page_size, 0) or _PAGE, _MOST)
        rows: list[Any] = []
        if rules.every:
            query = pairs.asked_for(permit, rules, request).limit(size + 1)
            rows = await self.process.database.rows(query)
        page = standard_pb2.Page()
        if len(rows) > size:
            page.next_page_token = pairs.token_after(rows[size - 1])
        titles = await self._titles(permit, rows[:size])
        items = [pairs.shown(rules, titles, row) for row in rows[:size]]
        return pb.DuplicatePage(items=items, page=page, comparing=await self._comparing(permit))

    async def TellApart(self, request: pb.TellApartRequest, context: Any) -> pb.DuplicatePair:
        permit = self._permit(request.entity, "edit")
        if record_id(request.id) == record_id(request.other_id):
            raise Invalid(other_id=_APART)
        rules = self._rules(permit)
        async with self._work(permit, rules, request) as work:
            rows = await work.run(pairs.one_of(permit, rules, request)) if rules.every else []
            if not rows:
                raise NotFound
            apart = request.apart or not request.HasField("apart")
            said = {"apart_by": calling().name, "apart_at": datetime.now(UTC)}
            values = said if apart else dict.fromkeys(said)
            mine = (duplicate_pair.c.first_id == rows[0].first_id) & (
                duplicate_pair.c.second_id == rows[0].second_id
            )
            await work.run(duplicate_pair.update().where(mine).values(values))
            row = rows[0]._replace(**values)
            titles = await self._titles(permit, [row])
            answer: pb.DuplicatePair = work.answer(pairs.shown(rules, titles, row))
            return answer

    @asynccontextmanager
    async def _work(self, permit: Permit, rules: Rules, request: Any) -> AsyncIterator[Work]:
        """One transaction; what was answered before is answered to whoever may still say it."""
        try:
            async with self.process.work(calling(), rpc.current(), request) as work:
                yield work
        except Replayed:
            async with self.process.work(calling(), rpc.current()) as work:
                if not (rules.every and await work.run(pairs.one_of(permit, rules, request))):
                    raise NotFound from None
            raise

    def _permit(self, name: str, action: str = "view") -> Permit:
        """What the caller may do with an entity of this process that is looked through."""
        record = self.process.entities.get(name)
        if record is None or record not in self.records:
            raise Invalid(entity=f"{self.process.name} finds no duplicates of {name!r}.")
        permit = self.process.policy.permit(calling(), record)
        permit.require("view")
        permit.require(action)
        return permit

    def _rules(self, permit: Permit) -> Rules:
        """Those that go by what the caller sees."""
        return rules_of(self.process.policy, permit.record).seen(permit.sees)

    async def _titles(self, permit: Permit, rows: Iterable[Any]) -> Mapping[UUID, str]:
        record = permit.record
        ids = {each for row in rows for each in (row.first_id, row.second_id)}
        if not ids or not permit.sees(record.title):
            return {}
        table: Any = record.__table__
        query = select(table.c.id, title_of(record)).where(table.c.id.in_(ids))
        return {row[0]: str(row[1] or "") for row in await self.process.database.rows(query)}

    async def _comparing(self, permit: Permit) -> bool:
        """Whether all records are being compared anew."""
        mine = duplicate_scan.c.entity == permit.record.entity
        query = select(duplicate_scan.c.mark, duplicate_scan.c.after).where(mine)
        rows = await self.process.database.rows(query)
        mark = rules_of(self.process.policy, permit.record).mark
        return bool(mark) and (not rows or rows[0].mark != mark or rows[0].after is not None)


def _said_by(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.fields}
