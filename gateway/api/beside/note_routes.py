"""The routes of the notes beneath every record that takes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.beside.notes import Notes
from gateway.api.entity_routes import key_of, record_id_of, version_of
from gateway.api.parsing import json_object, query_of
from gateway.api.table import Row
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class NoteRoutes:
    """`notes` beneath the records of an entity."""

    notes: Notes

    def rows(self, resource: Resource) -> Iterator[Row]:
        if resource.takes_notes:
            of_record = f"{resource.slug}/{{id}}/notes"
            yield from self._all(resource, of_record)
            yield from self._one(resource, f"{of_record}/{{note_id}}")

    def _all(self, resource: Resource, path: str) -> Iterator[Row]:
        async def listed(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.notes.list(resource, record_id_of(request), query)).response()

        async def create(request: Request) -> Response:
            values, key = await json_object(request), key_of(request)
            made = await self.notes.create(resource, record_id_of(request), values, key)
            return made.response(HTTPStatus.CREATED)

        yield Row("GET", path, listed)
        yield Row("POST", path, create)

    def _one(self, resource: Resource, path: str) -> Iterator[Row]:
        async def update(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            changed = await self.notes.update(resource, _named(request), values, version)
            return changed.response()

        async def delete(request: Request) -> Response:
            await self.notes.delete(resource, _named(request), version_of(request))
            return Response(status_code=HTTPStatus.NO_CONTENT)

        async def versions(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.notes.versions(resource, _named(request), query)).response()

        yield Row("PATCH", path, update)
        yield Row("DELETE", path, delete)
        yield Row("GET", f"{path}/versions", versions)


def _named(request: Request) -> tuple[str, str]:
    return record_id_of(request), str(request.path_params["beside_id"])
