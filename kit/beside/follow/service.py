"""The service `Followers` over all entities of one process that people write notes on."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.v1 import follow_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.follow_pb2_grpc import FollowersServicer
from sqlalchemy import delete, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.follow.tables import follower
from kit.beside.taking import takes_notes
from kit.entity import Instant, Record
from kit.entity.kinds import PERSON
from kit.errors import Denied, Invalid, NotFound
from kit.ids import record_id
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc

_PAGE, _MOST = 50, 100
_NO_PAGE = "This is no page of followers; start again from the first page."
_NOBODY = "Only people follow records."


class Followers(FollowersServicer):
    """Who follows the records of one process."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def List(self, request: pb.FollowersRequest, context: Any) -> pb.FollowerPage:
        permit, id_ = self._permit(request.entity), record_id(request.id)
        await self.process.reader.one(permit, id_, ("id",))
        size = min(max(request.page_size, 0) or _PAGE, _MOST)
        query = select(follower).where(follower.c.record_id == id_)
        if request.page_token:
            query = query.where(follower.c.person_id > _place(request.page_token))
        rows = await self.process.database.rows(
            query.order_by(follower.c.person_id).limit(size + 1)
        )
        page = standard_pb2.Page()
        if len(rows) > size:
            page.next_page_token = str(rows[size - 1].person_id)
        wanted = {PERSON: {each.person_id for each in rows[:size]}}
        titles = await self.process.reader.titles.named(self.process.name, calling(), wanted)
        page.titles.extend(each.message() for each in titles)
        items = [
            pb.Follower(person_id=str(each.person_id), since=str(Instant().show(each.since)))
            for each in rows[:size]
        ]
        return pb.FollowerPage(items=items, page=page, following=await self._follows(id_))

    async def Follow(self, request: pb.FollowRequest, context: Any) -> pb.Following:
        permit, person = self._permit(request.entity), _caller()
        async with self.process.work(calling(), rpc.current()) as work:
            record = await work.get(permit.record, request.id)
            await follow(work, record, person)
        return pb.Following(following=True)

    async def Unfollow(self, request: pb.FollowRequest, context: Any) -> pb.Following:
        permit, person = self._permit(request.entity), _caller()
        async with self.process.work(calling(), rpc.current()) as work:
            record = await work.get(permit.record, request.id)
            mine = (follower.c.record_id == record.id, follower.c.person_id == person)
            await work.run(delete(follower).where(*mine))
        return pb.Following(following=False)

    def _permit(self, name: str) -> Permit:
        """What the caller may do with an entity of this process that can be followed."""
        record = self.process.entities.get(name)
        if record is None or not takes_notes(self.process.shapes[record].message.DESCRIPTOR):
            raise Invalid(
                entity=f"{self.process.name} has no entity {name!r} that can be followed."
            )
        permit = self.process.policy.permit(calling(), record)
        permit.require("view")
        return permit

    async def _follows(self, id: UUID) -> bool:
        mine = (follower.c.record_id == id, follower.c.person_id == calling().person_id)
        (row,) = await self.process.database.rows(select(exists(literal(1)).where(*mine)))
        return bool(row[0])


async def follow(work: Work, record: Record, person: UUID) -> None:
    """Somebody follows a record, which is held so that it is not erased meanwhile."""
    await work.hold(record, shared=True)
    if record.binned_at is not None:
        raise NotFound
    values = {
        "record_id": record.id,
        "person_id": person,
        "entity": record.entity,
        "since": datetime.now(UTC),
    }
    await work.run(insert(follower).values(values).on_conflict_do_nothing())


def _caller() -> UUID:
    person = calling().person_id
    if person is None:
        raise Denied(_NOBODY)
    return person


def _place(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong
