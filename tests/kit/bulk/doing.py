"""How tests do the same to many records, and read what became of each."""

import asyncio
from typing import Any

from crm.v1 import bulk_pb2 as pb
from crm.v1.bulk_pb2_grpc import BulksStub
from google.protobuf.any_pb2 import Any as Packed

from kit.actor import Actor
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb as toys_pb

TOY = "toys.Toy"


def packed(message: Any) -> Packed:
    """What is said, as a request carries it."""
    call = Packed()
    call.Pack(message)
    return call


def patch(*paths: str, **values: Any) -> Packed:
    """New values for toys; a path that has none is emptied."""
    mask = {"paths": [*values, *paths]}
    return packed(toys_pb.ToyPatch(record=toys_pb.Toy(**values), mask=mask))


class Doer:
    """Somebody who does the same to many records of a service."""

    def __init__(self, serving: Serving, actor: Actor) -> None:
        self.actor = actor
        self.stub: Any = serving.stub(BulksStub, actor)

    async def start(self, entity: str = TOY, key: str = "", **asked: Any) -> pb.Bulk:
        request = pb.BulkRequest(entity=entity, **asked)
        begun: pb.Bulk = await self.stub.Start(request, key=key)
        return begun

    async def do(self, entity: str = TOY, **asked: Any) -> pb.Bulk:
        """Starts and waits until nothing is left of it."""
        return await self.ended(await self.start(entity, **asked))

    async def ended(self, begun: pb.Bulk) -> pb.Bulk:
        found = begun
        while not found.ended_at:
            await asyncio.sleep(0.02)
            found = await self.get(begun)
        return found

    async def get(self, bulk: pb.Bulk) -> pb.Bulk:
        found: pb.Bulk = await self.stub.Get(pb.BulkId(id=bulk.id))
        return found

    async def undo(self, bulk: pb.Bulk) -> pb.Bulk:
        return await self.ended(await self.stub.Undo(pb.BulkId(id=bulk.id)))

    async def run(self, bulk: pb.Bulk) -> pb.Bulk:
        return await self.ended(await self.stub.Run(pb.BulkId(id=bulk.id)))

    async def rows(self, bulk: pb.Bulk, **asked: Any) -> list[pb.BulkRow]:
        answer = await self.stub.Rows(pb.BulkRowsRequest(id=bulk.id, page_size=1000, **asked))
        return list(answer.items)

    async def refused(self, bulk: pb.Bulk) -> dict[str, dict[str, str]]:
        """Why, by record."""
        rows = await self.rows(bulk, state="refused")
        return {row.record_id: dict(row.reasons) for row in rows}


def counts(bulk: pb.Bulk) -> tuple[int, int, int]:
    """How many were changed, were so already, and were refused."""
    return bulk.changed, bulk.unchanged, bulk.refused
