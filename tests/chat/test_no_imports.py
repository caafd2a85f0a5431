"""Rooms and messages come about by talking."""

from collections.abc import AsyncIterator

import pytest
from crm.v1 import imports_pb2 as pb
from crm.v1 import records_pb2
from crm.v1.imports_pb2_grpc import ImportsStub
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.errors import Invalid
from kit.testing.serving import Serving


async def pieces(entity: str) -> AsyncIterator[pb.ImportPiece]:
    yield pb.ImportPiece(plan=pb.ImportPlan(entity=entity, columns={"name": "name"}))
    yield pb.ImportPiece(data=b"name\nA\n")


@pytest.mark.parametrize("entity", ["chat.Room", "chat.Message"])
async def test_no_file_makes_what_people_say(serving: Serving, ana: Actor, entity: str) -> None:
    """W8: neither offered nor taken."""
    with pytest.raises(Invalid, match="no file makes them"):
        await serving.stub(ImportsStub, ana).Start(pieces(entity))
    described = await serving.stub(RecordsStub, ana).Describe(records_pb2.DescribeRequest())
    rights = {each.entity: set(each.rights) for each in described.entities}
    assert "create" in rights[entity]
    assert "import" not in rights[entity]
