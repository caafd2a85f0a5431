"""The routes by which duplicates of an entity are found and told apart."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.beside.duplicates import Duplicates
from gateway.api.entity_routes import key_of, record_id_of
from gateway.api.parsing import json_object, query_of
from gateway.api.table import Row
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class DuplicateRoutes:
    """`:match`, `:duplicates` and `:tell-apart` of an entity that people fill."""

    duplicates: Duplicates

    def rows(self, resource: Resource) -> Iterator[Row]:
        if not resource.has_duplicates:
            return

        async def match(request: Request) -> Response:
            return (await self.duplicates.match(resource, await json_object(request))).response()

        async def listed(request: Request) -> Response:
            return (await self.duplicates.list(resource, query_of(request.scope))).response()

        async def tell_apart(request: Request) -> Response:
            values, key = await json_object(request), key_of(request)
            told = await self.duplicates.tell_apart(resource, record_id_of(request), values, key)
            return told.response()

        yield Row("POST", f"{resource.slug}:match", match)
        yield Row("GET", f"{resource.slug}:duplicates", listed)
        yield Row("POST", f"{resource.slug}/{{id}}:tell-apart", tell_apart)
