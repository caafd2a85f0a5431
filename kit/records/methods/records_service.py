"""What stands beside every entity: description, history, names, figures, shares and reasons."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any
from uuid import UUID

import msgspec
import orjson
from crm.v1 import records_pb2 as pb
from crm.v1 import standard_pb2
from sqlalchemy import literal_column, select

from kit.access.clause import within_reach
from kit.access.permit import Permit
from kit.access.reasons import explained
from kit.actor import Actor, calling, calls
from kit.describe import described, title_of
from kit.entity import Level
from kit.errors import Denied, Invalid
from kit.ids import record_id
from kit.records.figures.aggregating import aggregated
from kit.records.methods.find import found
from kit.records.methods.sharing import SharingMethods
from kit.records.methods.tag_cloud import counted_tags, has_cloud
from kit.records.methods.telling import entry_of, lines_of, names_in
from kit.records.read.naming import merged
from kit.records.write.keys import shares_of
from kit.references.access import STATE
from kit.references.publishing import referred
from kit.rpc import call as rpc
from kit.wire.schemas import schema_of_record

_PAGE, _MOST = 50, 200
_LONGEST_POSITION = 18


class RecordsService(SharingMethods):
    """The service `Records` over all entities of one process."""

    async def Describe(self, request: pb.DescribeRequest, context: Any) -> pb.Description:
        policy, choices = self.process.policy, self.process.choices
        shapes, actor = self.process.shapes.values(), calling()
        entities = [
            described(shape, policy.permit(actor, shape.record), choices) for shape in shapes
        ]
        return pb.Description(entities=[each for each in entities if "view" in each.rights])

    async def Schemas(self, request: pb.SchemasRequest, context: Any) -> pb.SchemaList:
        shapes = self.process.shapes.values()
        told = {each.record.entity: schema_of_record(each.record, each.names) for each in shapes}
        schemas = {name: msgspec.json.encode(each).decode() for name, each in told.items()}
        return pb.SchemaList(schemas=schemas)

    async def History(self, request: pb.HistoryRequest, context: Any) -> pb.HistoryPage:
        permit = self._permit(request.entity)
        await self.process.reader.one(permit, record_id(request.id), ("id",))
        size = min(max(request.page_size, 0) or _PAGE, _MOST)
        after = _position(request.page_token) if request.page_token else None
        rows = lines_of(permit.record, record_id(request.id), after, size + 1)
        entries = await self.process.reader.rows(rows)
        token = str(entries[size - 1]["seq"]) if len(entries) > size else ""
        shown = [entry_of(permit, entry) for entry in entries[:size]]
        page = standard_pb2.Page(next_page_token=token)
        if request.titles:
            page.titles.extend(await self._titles_in(permit, shown))
        return pb.HistoryPage(items=shown, page=page)

    async def _titles_in(self, permit: Permit, entries: Iterable[pb.HistoryEntry]) -> Any:
        """What the people and records are called that these changes name."""
        wanted = merged(names_in(permit, each) for each in entries)
        titles = await self.process.reader.titles.named(self.process.name, calling(), wanted)
        return [each.message() for each in titles]

    async def Titles(self, request: pb.TitlesRequest, context: Any) -> pb.TitleList:
        permit = self._permit(request.entity)
        record, reach = permit.record, permit.reach(Level.READ)
        ids = [record_id(each) for each in request.ids]
        if not permit.sees(record.title):
            return pb.TitleList()
        table = record.__table__.c
        rows = await self.process.reader.rows(
            select(table.id, title_of(record), literal_column(STATE)).where(
                table.id.in_(ids), within_reach(record, reach, Level.READ)
            )
        )
        return pb.TitleList(
            titles={str(row[0]): "" if row[2] == "erased" else str(row[1] or "") for row in rows},
            states={str(row[0]): row[2] for row in rows if row[2] != "live"},
        )

    async def TitlesFor(self, request: pb.TitlesForRequest, context: Any) -> pb.TitleList:
        _go_on_as(record_id(request.person_id))
        return await self.Titles(pb.TitlesRequest(entity=request.entity, ids=request.ids), context)

    async def Find(self, request: pb.FindRequest, context: Any) -> pb.FoundList:
        if request.person_id:
            _go_on_as(record_id(request.person_id))
        return await found(self.process, self._permit(request.entity), request)

    async def Aggregate(self, request: pb.AggregateRequest, context: Any) -> pb.Figures:
        figures = await aggregated(self.process, self._permit(request.entity), request)
        if rpc.current().json:
            return pb.Figures(json=_figures_json(figures))
        return figures

    async def CountTags(self, request: pb.CountTagsRequest, context: Any) -> pb.TagCloud:
        if request.entity:
            permits = [self._permit(request.entity)]
        else:
            every = map(
                self.process.policy.permit, repeat(calling()), self.process.entities.values()
            )
            permits = [each for each in every if has_cloud(each)]
        return await counted_tags(self.process, permits, request.filter)

    async def Refer(self, request: pb.ReferRequest, context: Any) -> pb.Referred:
        return await referred(self.process, request)

    async def Explain(self, request: pb.ExplainRequest, context: Any) -> pb.Explanation:
        record_type = self._permit(request.entity).record
        async with self.process.work(calling(), rpc.current()) as work:
            record = await work.get(record_type, request.id)
            shares = (await shares_of(work.process.database.fetch, [record.id])).get(record.id, ())
            person = record_id(request.person_id) if request.person_id else calling().person_id
            if person is None:
                raise Invalid(person_id="Say for whom.")
            level, reasons = explained(self.process.policy, person, record, shares)
            return pb.Explanation(level=level, reasons=reasons)


def _go_on_as(person_id: UUID) -> None:
    """A service that works for somebody whose call is over is answered by that person's rights."""
    if not calling().is_system:
        raise Denied("Only a service may ask for somebody else.")
    calls(Actor.person(person_id))


def _position(token: str) -> int:
    if not token.isdecimal() or len(token) > _LONGEST_POSITION:
        raise Invalid(page_token="This is no page of a history; start again from the first page.")  # noqa: S106 - a token of pages, no secret
    return int(token)


def _figures_json(figures: pb.Figures) -> bytes:
    items = [
        {"group": dict(each.group), "measures": dict(each.measures), "filter": each.filter}
        for each in figures.items
    ]
    rates = [
        {"currency": each.currency, "rate": each.rate, "day": each.day, "source": each.source}
        for each in figures.rates
    ]
    return orjson.dumps({"items": items, "capped": figures.capped, "rates": rates})
