"""The routes of the files beneath every record that takes them; a file is the body, as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.beside.files import Files
from gateway.api.entity_routes import key_of, record_id_of, version_of
from gateway.api.parsing import json_object, query_of
from gateway.api.table import ROOT, Row
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class FileRoutes:
    """`files` beneath the records of an entity."""

    files: Files

    def rows(self, resource: Resource) -> Iterator[Row]:
        if resource.takes_files:
            of_record = f"{resource.slug}/{{id}}/files"
            yield from self._all(resource, of_record)
            yield from self._one(resource, f"{of_record}/{{file_id}}")
            yield from self._bytes(resource, f"{of_record}/{{file_id}}")

    def _all(self, resource: Resource, path: str) -> Iterator[Row]:
        async def listed(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.files.list(resource, record_id_of(request), query)).response()

        async def upload(request: Request) -> Response:
            query, record_id = query_of(request.scope), record_id_of(request)
            made = await self.files.upload(
                resource, record_id, query, request.stream(), key_of(request)
            )
            of_record = f"{ROOT}/{resource.slug}/{record_id}/files"
            address = f"{of_record}/{made.values()['id']}"
            return made.response(HTTPStatus.CREATED, Location=address)

        yield Row("GET", path, listed)
        yield Row("POST", path, upload)

    def _one(self, resource: Resource, path: str) -> Iterator[Row]:
        async def get(request: Request) -> Response:
            return (await self.files.get(resource, _named(request))).response()

        async def update(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            changed = await self.files.update(resource, _named(request), values, version)
            return changed.response()

        async def delete(request: Request) -> Response:
            await self.files.delete(resource, _named(request), version_of(request))
            return Response(status_code=HTTPStatus.NO_CONTENT)

        async def openings(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.files.openings(resource, _named(request), query)).response()

        yield Row("GET", path, get)
        yield Row("PATCH", path, update)
        yield Row("DELETE", path, delete)
        yield Row("GET", f"{path}/openings", openings)

    def _bytes(self, resource: Resource, path: str) -> Iterator[Row]:
        async def download(request: Request) -> Response:
            query = query_of(request.scope)
            return await self.files.download(resource, _named(request), query, request.headers)

        async def versions(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.files.versions(resource, _named(request), query)).response()

        async def upload(request: Request) -> Response:
            query, key = query_of(request.scope), key_of(request)
            made = await self.files.upload_version(
                resource, _named(request), query, request.stream(), key, version_of(request)
            )
            return made.response(HTTPStatus.CREATED)

        yield Row("GET", f"{path}/content", download)
        yield Row("GET", f"{path}/versions", versions)
        yield Row("POST", f"{path}/versions", upload)


def _named(request: Request) -> tuple[str, str]:
    return record_id_of(request), str(request.path_params["beside_id"])
