"""The files on records: each operation is one call to the process that owns the record."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from crm.v1 import files_pb2 as pb
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.beside.addressed import as_seen, on_record
from gateway.api.beside.file_answers import file_response, part_wanted
from gateway.api.parsing import Query, from_json, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource
from gateway.problems import Unacceptable
from kit.actor import calling
from kit.entity import Governs
from kit.errors import Denied, Invalid, Problem, Unavailable

Json = dict[str, Any]

# What a service gives a stream at most.
LONGEST_SECONDS = 20 * 60
_SHORT_SECONDS = 10
_PIECE = 256 * 1024
_GONE = Invalid(file="The file broke off before its end; send it again.")


@dataclass(frozen=True)
class Files:
    """The service `Files` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    def _asking(self, resource: Resource, *, only_reads: bool) -> Any:
        self.rights.require_scope(only_reads=only_reads)
        self.rights.require(resource, "view")
        return self.backends.files(resource.service)

    async def list(self, resource: Resource, record_id: str, query: Query) -> Answer:
        request = on_record(from_query(pb.FilesRequest(), query), resource, record_id)
        return Answer.of(await self._asking(resource, only_reads=True).List(request))

    async def get(self, resource: Resource, named: tuple[str, str]) -> Answer:
        request = _one(pb.FileRequest(), resource, named)
        return Answer.of(await self._asking(resource, only_reads=True).Get(request))

    async def upload(
        self, resource: Resource, record_id: str, query: Query, data: AsyncIterator[bytes], key: str
    ) -> Answer:
        """Passes a file on as it comes; nobody here holds more than a piece of it."""
        head = on_record(
            from_query(pb.NewFile(), _only(query, ("name", "digest"))), resource, record_id
        )
        return await self._upload(resource, head, data, key)

    async def upload_version(
        self,
        resource: Resource,
        named: tuple[str, str],
        query: Query,
        data: AsyncIterator[bytes],
        key: str,
        version: int | None,
    ) -> Answer:
        """Another version of the file that is `named` by the id of its record and its own."""
        head = _one(from_query(pb.NewFile(), _only(query, ("name", "digest"))), resource, named)
        return await self._upload(resource, as_seen(head, version), data, key)

    async def _upload(
        self, resource: Resource, head: pb.NewFile, data: AsyncIterator[bytes], key: str
    ) -> Answer:
        stub, sending = self._asking(resource, only_reads=False), _Sending(head, data)
        try:
            reply = await stub.Upload(sending.pieces(), seconds=LONGEST_SECONDS, key=key)
        except (Problem, asyncio.CancelledError):
            if sending.broken is not None:
                raise sending.broken from None
            raise
        return Answer.of(reply)

    async def download(
        self, resource: Resource, named: tuple[str, str], query: Query, headers: Mapping[str, str]
    ) -> Response:
        """The bytes of a file as they come, or the part of them that is asked for."""
        asked = _only(query, ("number", "preview"))
        request = _one(from_query(pb.FileDownload(), asked), resource, named)
        part = part_wanted(headers.get("range", ""))
        if part is not None:
            request.first, request.length = part
        stub = self._asking(resource, only_reads=True)
        pieces = stub.Download(request, seconds=LONGEST_SECONDS)
        # What is refused is refused at the first piece, and may be told as it is until then.
        try:
            first = await anext(pieces)
        except Invalid as wrong:
            if "first" in wrong.fields:
                status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
                raise Unacceptable(status, wrong.message) from None
            raise
        return file_response(first.file, pieces, is_part=part is not None, shows=request.preview)

    async def beginning(self, resource: Resource, named: tuple[str, str], length: int) -> bytes:
        """As much of a file as a page shows of it; it counts as looked at."""
        request = _one(pb.FileDownload(preview=True, length=length), resource, named)
        stub = self._asking(resource, only_reads=True)
        pieces = stub.Download(request, seconds=_SHORT_SECONDS)
        return b"".join([each.data async for each in pieces])

    async def update(
        self,
        resource: Resource,
        named: tuple[str, str],
        values: Mapping[str, Any],
        version: int | None,
    ) -> Answer:
        request = _one(from_json(pb.FileChange(), values), resource, named)
        stub = self._asking(resource, only_reads=False)
        return Answer.of(await stub.Update(as_seen(request, version)))

    async def delete(self, resource: Resource, named: tuple[str, str], version: int | None) -> None:
        request = _one(pb.FileRequest(), resource, named)
        await self._asking(resource, only_reads=False).Delete(as_seen(request, version))

    async def versions(self, resource: Resource, named: tuple[str, str], query: Query) -> Answer:
        request = _one(from_query(pb.FileVersionsRequest(), query), resource, named)
        return Answer.of(await self._asking(resource, only_reads=True).ListVersions(request))

    async def openings(self, resource: Resource, named: tuple[str, str], query: Query) -> Answer:
        request = _one(from_query(pb.FileOpeningsRequest(), query), resource, named)
        return Answer.of(await self._asking(resource, only_reads=True).ListOpenings(request))

    async def space(self) -> Json:
        """The room that files take: each service counts its own; the stopped are named."""
        self.rights.require_scope(only_reads=True)
        if "edit" not in self.rights.policy.permit(calling(), Governs.CONFIGURATION).rights:
            raise Denied("Your profile does not let you see how much room files take.")
        services = sorted({each.service for each in self.backends.resources if each.takes_files})
        async with asyncio.TaskGroup() as group:
            asked = {service: group.create_task(self._space_of(service)) for service in services}
        told = {service: task.result() for service, task in asked.items()}
        items = [each for found in told.values() for each in found or ()]
        items.sort(key=lambda each: (-int(each["bytes"]), each["entity"]))
        return {
            "items": items,
            "files": sum(each["files"] for each in items),
            "bytes": str(sum(int(each["bytes"]) for each in items)),
            "stopped": [service for service, found in told.items() if found is None],
        }

    async def _space_of(self, service: str) -> Sequence[Json] | None:
        """What one service counts; None where it does not answer."""
        asked = self.backends.files(service).Space
        try:
            reply = await asked(pb.SpaceRequest(), seconds=_SHORT_SECONDS)
        except Unavailable:
            return None
        items: Sequence[Json] = Answer.of(reply).values()["items"]
        return items


@dataclass
class _Sending:
    """A file on its way from whoever sends it to the service."""

    head: pb.NewFile
    data: AsyncIterator[bytes]
    broken: Problem | None = None
    """What ended it on the side of whoever sends it."""

    async def pieces(self) -> AsyncIterator[pb.FilePiece]:
        """Without the last of them it is no file, so that what breaks off is never taken for a shorter one."""
        yield pb.FilePiece(file=self.head)
        size = 0
        try:
            async for data in self.data:
                for start in range(0, len(data), _PIECE):
                    yield pb.FilePiece(data=data[start : start + _PIECE])
                size += len(data)
        except ClientDisconnect:
            self.broken = _GONE
        except Problem as problem:
            self.broken = problem
        else:
            yield pb.FilePiece(end=pb.FileEnd(size=size))


def _only(query: Query, names: Collection[str]) -> Query:
    """What the query says; the rest is said by the address and by headers."""
    if unknown := query.keys() - set(names):
        raise Invalid("", dict.fromkeys(unknown, "There is no such parameter."))
    return query


def _one(request: Any, resource: Resource, named: tuple[str, str]) -> Any:
    record_id, request.file_id = named
    return on_record(request, resource, record_id)
