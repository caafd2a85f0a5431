"""Activities from files: what they are about is given by its id, and what is done was done some day."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.v1 import imports_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.imports_pb2_grpc import ImportsStub

from kit.actor import Actor
from kit.errors import Invalid
from kit.ids import uuid7
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


async def test_entries_of_calendars_are_meetings_and_tasks(serving: Serving, ana: Actor) -> None:
    """XC-15: what the words of the standard mean here stands beside the entity."""
    imports, name = serving.stub(ImportsStub, ana), uuid7().hex
    lines = [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", f"SUMMARY:Visit {name}", "DTSTART:20260301T100000Z", "END:VEVENT",
        "BEGIN:VTODO", f"SUMMARY:Call {name}", "STATUS:COMPLETED", "COMPLETED:20260301T100000Z", "END:VTODO",
        "END:VCALENDAR",
    ]  # fmt: skip
    columns = {"Name": "name", "Type": "type", "Status": "status", "Done": "completed_at"}
    done = await imports.Start(pieces(columns, "\r\n".join(lines).encode()))
    async with asyncio.timeout(30):
        while done.state not in ("done", "failed"):
            await asyncio.sleep(0.05)
            done = await imports.Get(pb.ImportRequest(id=done.id))
    assert (done.created, done.rejected) == (2, 0)
    asked = standard_pb2.ListRequest(filter=f'name:"{name}"', order_by="name")
    found = (await serving.stub(ActivitiesStub, ana).List(asked)).items
    assert [(each.type, each.status) for each in found] == [
        ("task", "done"),
        ("meeting", "planned"),
    ]
