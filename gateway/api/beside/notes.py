"""The notes on records: each operation is one call to the process that owns the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.v1 import notes_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.beside.addressed import as_seen, on_record
from gateway.api.parsing import Query, from_json, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class Notes:
    """The service `Notes` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    def _asking(self, resource: Resource, *, only_reads: bool) -> Any:
        self.rights.require_scope(only_reads=only_reads)
        self.rights.require(resource, "view")
        return self.backends.notes(resource.service)

    async def list(self, resource: Resource, record_id: str, query: Query) -> Answer:
        request = on_record(from_query(pb.NotesRequest(), query), resource, record_id)
        return Answer.of(await self._asking(resource, only_reads=True).List(request))

    async def create(
        self, resource: Resource, record_id: str, values: Mapping[str, Any], key: str = ""
    ) -> Answer:
        request = on_record(from_json(pb.NewNote(), values), resource, record_id)
        return Answer.of(await self._asking(resource, only_reads=False).Create(request, key=key))

    async def update(
        self,
        resource: Resource,
        named: tuple[str, str],
        values: Mapping[str, Any],
        version: int | None,
    ) -> Answer:
        """Changes the note that is `named` by the id of its record and its own."""
        request = _one(from_json(pb.NoteChange(), values), resource, named)
        return Answer.of(
            await self._asking(resource, only_reads=False).Update(as_seen(request, version))
        )

    async def delete(self, resource: Resource, named: tuple[str, str], version: int | None) -> None:
        request = _one(pb.NoteRequest(), resource, named)
        await self._asking(resource, only_reads=False).Delete(as_seen(request, version))

    async def versions(self, resource: Resource, named: tuple[str, str], query: Query) -> Answer:
        request = _one(from_query(pb.NoteVersionsRequest(), query), resource, named)
        return Answer.of(await self._asking(resource, only_reads=True).Versions(request))


def _one(request: Any, resource: Resource, named: tuple[str, str]) -> Any:
    record_id, request.note_id = named
    return on_record(request, resource, record_id)
