"""Activities from files: what they are about is given by its id, and what is done was done some day."""

from collections.abc import AsyncIterator

import pytest
from crm.v1 import imports_pb2 as pb
from crm.v1.imports_pb2_grpc import ImportsStub

from kit.actor import Actor
from kit.errors import Invalid
from kit.testing.serving import Serving


async def pieces(columns: dict[str, str], data: bytes) -> AsyncIterator[pb.ImportPiece]:
    plan = pb.ImportPlan(entity="scheduling.Activity", columns=columns)
    yield pb.ImportPiece(plan=plan)
    yield pb.ImportPiece(data=data)


async def test_what_may_be_any_record_is_given_by_its_id(serving: Serving, ana: Actor) -> None:
    """S16: refused at the mapping, instead of an import that never ends."""
    columns = {"name": "name", "what": "related_id:code"}
    with pytest.raises(Invalid, match="leave out ':code'") as wrong:
        await serving.stub(ImportsStub, ana).Start(pieces(columns, b"name,what\nA,B\n"))
    assert set(wrong.value.fields) == {"columns"}
