"""How tests bring files in and read what became of them."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from crm.v1 import imports_pb2 as pb
from crm.v1.imports_pb2_grpc import ImportsStub

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving

ACCOUNT = "parties.Account"
_PIECE = 64 * 1024


def unique(name: str) -> str:
    """A name that no other test uses."""
    return f"{name} {uuid.uuid4().hex[:10]}"


@dataclass
class Office:
    """Two running services and their people."""

    sales: Serving
    parties: Serving
    organisation: TestOrganisation

    def serving(self, entity: str) -> Serving:
        return {"sales": self.sales, "parties": self.parties}[entity.partition(".")[0]]

    def imports(self, entity: str, actor: Actor) -> Any:
        return self.serving(entity).stub(ImportsStub, actor)

    async def start(self, actor: Actor, entity: str, file: bytes | str, **plan: Any) -> pb.Import:
        """Sends a file."""
        data = file.encode() if isinstance(file, str) else file
        message = pb.ImportPlan(entity=entity, file_name="test.csv", **plan)
        begun: pb.Import = await self.imports(entity, actor).Start(_pieces(message, data))
        return begun

    async def run(self, actor: Actor, entity: str, file: bytes | str, **plan: Any) -> pb.Import:
        """Sends a file and waits until nothing is left of it."""
        started = await self.start(actor, entity, file, **plan)
        return await self.ended(actor, started)

    async def retry(self, actor: Actor, before: pb.Import, **plan: Any) -> pb.Import:
        again = pb.ImportPlan(import_id=before.id, entity=before.entity, **plan)
        started = await self.imports(before.entity, actor).Retry(again)
        return await self.ended(actor, started)

    async def ended(self, actor: Actor, started: pb.Import) -> pb.Import:
        """Asks again and again, as every client does, until the import has ended."""
        found = await self.get(actor, started)
        while not found.ended_at:
            await asyncio.sleep(0.02)
            found = await self.get(actor, started)
        return found

    async def get(self, actor: Actor, found: pb.Import) -> pb.Import:
        request = pb.ImportRequest(id=found.id)
        answer: pb.Import = await self.imports(found.entity, actor).Get(request)
        return answer

    async def lines(self, actor: Actor, found: pb.Import, **asked: Any) -> list[pb.ImportLine]:
        request = pb.ImportLinesRequest(id=found.id, **asked)
        return list((await self.imports(found.entity, actor).Lines(request)).items)

    async def rejected(self, actor: Actor, found: pb.Import) -> dict[int, dict[str, str]]:
        """Reasons by line."""
        lines = await self.lines(actor, found, state="rejected")
        return {line.number: dict(line.reasons) for line in lines}


async def _pieces(plan: pb.ImportPlan, data: bytes) -> AsyncIterator[pb.ImportPiece]:
    yield pb.ImportPiece(plan=plan)
    for start in range(0, len(data), _PIECE):
        yield pb.ImportPiece(data=data[start : start + _PIECE])
