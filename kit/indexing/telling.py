"""How identity comes to know the state of indexes: the service that builds them tells it."""

from typing import TYPE_CHECKING

from crm.identity.v1 import policy_pb2 as pb
from crm.identity.v1.policy_pb2_grpc import PoliciesStub

from kit.indexing.custom_fields import State

if TYPE_CHECKING:
    from kit.records.process import Process


async def tell_identity(process: "Process", states: list[State]) -> None:
    """Tells it of the custom fields of this service's own entities."""
    told = [
        pb.CustomFieldIndex(entity=entity, key=key, state=state) for entity, key, state in states
    ]
    await process.peers.stub(PoliciesStub).TellIndexes(pb.TellIndexesRequest(indexes=told))
