"""Asking all who may know what has happened to records since they were made, this service among them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.v1 import merges_pb2 as pb
from crm.v1.merges_pb2_grpc import MergesStub

from kit.merging.made.uses import Made, Uses
from kit.records.process import Process

_PATIENCE_SECONDS = 3.0


async def uses_of(
    process: Process, of: Made, made: Sequence[Made], elsewhere: Collection[str]
) -> Mapping[UUID, list[pb.RecordUse]]:
    """By record why it stays; Unavailable where one of the others does not answer, for it may know."""
    if not made:
        return {}
    request = pb.UsesRequest(entity=of[0], id=str(of[1]))
    for entity, id_ in made:
        request.made.add(entity=entity, id=str(id_))
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_asked(process, each, request)) for each in elsewhere]
        here = Uses(process, request)
        found = [each for record in request.made async for each in here.of(record)]
    found += [each for task in asked for each in task.result()]
    return {id_: [each for each in found if each.made_id == str(id_)] for _, id_ in made}


async def _asked(process: Process, service: str, request: pb.UsesRequest) -> Any:
    channel: Any = process.peers.channel(service)
    stub: Any = MergesStub(channel)
    return (await stub.Uses(request, seconds=_PATIENCE_SECONDS)).items
