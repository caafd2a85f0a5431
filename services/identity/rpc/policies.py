"""The policy for the other processes."""

from collections.abc import Mapping
from typing import Any

from crm.identity.v1 import policy_pb2 as pb
from crm.identity.v1.policy_pb2_grpc import PoliciesServicer

from kit.actor import calling
from kit.records.process import Process
from services.identity.of_services.choice_lists import declare
from services.identity.of_services.index_states import keep_states, refuse_others
from services.identity.rpc.callers import no_person

_EPOCH = "SELECT epoch FROM policy_epoch"
_ITEMS = "SELECT kind, id, epoch, body FROM policy_item WHERE epoch > $1 ORDER BY epoch"


class Policies(PoliciesServicer):
    """Everything in force, or what changed after an epoch; and what services tell of lists and indexes."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def Snapshot(self, request: pb.SnapshotRequest, context: Any) -> pb.PolicySnapshot:
        no_person()
        # Asked before the items, which then hold that epoch or more: nothing up to it is missing.
        epoch = await self.process.database.pool.fetchval(_EPOCH)
        items = await self.process.database.pool.fetch(_ITEMS, request.since)
        objects = [_object(item) for item in items]
        kept = [each for each in objects if request.since or not each.removed]
        newest = items[-1]["epoch"] if items else 0
        return pb.PolicySnapshot(epoch=max(epoch, newest), objects=kept)

    async def DeclareChoices(
        self, request: pb.DeclareChoicesRequest, context: Any
    ) -> pb.DeclaredChoices:
        no_person()
        async with self.process.work(calling()) as work:
            await declare(work, calling().peer, request.lists)
        return pb.DeclaredChoices()

    async def TellIndexes(self, request: pb.TellIndexesRequest, context: Any) -> pb.ToldIndexes:
        no_person()
        states = [(each.entity, each.key, each.state) for each in request.indexes]
        refuse_others(calling().peer, states)
        await keep_states(self.process, states)
        return pb.ToldIndexes()


def _object(item: Mapping[str, Any]) -> pb.PolicyChanged:
    body = b"" if item["body"] is None else bytes(item["body"])
    removed = body in (b"", b"null")
    return pb.PolicyChanged(
        epoch=item["epoch"],
        kind=item["kind"],
        id=item["id"],
        removed=removed,
        body=b"" if removed else body,
    )
