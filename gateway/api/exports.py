"""Lists as files: passed on from the service that owns the entity, piece by piece, to whoever takes them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from crm.v1 import exports_pb2 as pb
from starlette.responses import Response, StreamingResponse

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource

# What the service gives itself at most.
LONGEST_SECONDS = 20 * 60
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


@dataclass(frozen=True)
class Exports:
    """The service `Exports` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    async def export(self, resource: Resource, query: Query) -> Response:
        """The file as it comes; what ends it early breaks the connection off, so that it never looks whole."""
        for right in ("view", "export"):
            self.rights.require(resource, right)
        request = from_query(pb.ExportRequest(), query)
        request.entity = resource.entity
        pieces = self.backends.exports(resource.service).Export(request, seconds=LONGEST_SECONDS)
        # What is refused is refused at the first piece, and may be told as it is until then.
        first = await anext(pieces, None)
        format_ = request.format or "csv"
        name = f"{resource.slug}-{datetime.now(UTC):%Y-%m-%d}.{format_}"
        headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
        return StreamingResponse(_onward(first, pieces), headers=headers, media_type=TYPES[format_])

    async def log(self, resource: Resource, query: Query) -> Answer:
        self.rights.require(resource, "view")
        request = from_query(pb.ExportLogRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self.backends.exports(resource.service).Log(request))


async def _onward(first: Any, pieces: Any) -> AsyncIterator[bytes]:
    async with aclosing(pieces):
        if first is not None:
            yield first.data
        async for piece in pieces:
            yield piece.data


def attachment(name: str) -> str:
    """How a file is named that is to be kept and not to be shown (RFC 6266, RFC 8187)."""
    plain = "".join(each if each.isascii() and each.isprintable() else "_" for each in name)
    plain = plain.replace("\\", "_").replace('"', "_")
    named = f'attachment; filename="{plain}"'
    return named if plain == name else f"{named}; filename*=UTF-8''{quote(name, safe='')}"
