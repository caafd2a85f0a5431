"""The routes by which records of an entity are merged, and that is taken back."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.entity_routes import key_of, record_id_of, version_of
from gateway.api.merging.merges import Merges
from gateway.api.parsing import json_object
from gateway.api.table import Row
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class MergeRoutes:
    """`:merge`, `:undo-merge` and `merges` of an entity that people fill."""

    merges: Merges

    def rows(self, resource: Resource) -> Iterator[Row]:
        if not resource.has_duplicates:
            return
        one = f"{resource.slug}/{{id}}"

        async def merge(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            record_id, key = record_id_of(request), key_of(request)
            return (await self.merges.merge(resource, record_id, values, version, key)).response()

        async def undo(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            record_id, key = record_id_of(request), key_of(request)
            return (await self.merges.undo(resource, record_id, values, version, key)).response()

        async def listed(request: Request) -> Response:
            return (await self.merges.list(resource, record_id_of(request))).response()

        yield Row("POST", f"{one}:merge", merge)
        yield Row("POST", f"{one}:undo-merge", undo)
        yield Row("GET", f"{one}/merges", listed)
