"""The routes by which any record that takes notes is followed."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.beside.followers import Followers
from gateway.api.entity_routes import record_id_of
from gateway.api.parsing import query_of
from gateway.api.table import Row
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class FollowRoutes:
    """`:follow`, `:unfollow` and `followers` of the records of an entity."""

    followers: Followers

    def rows(self, resource: Resource) -> Iterator[Row]:
        if not resource.takes_notes:
            return
        one = f"{resource.slug}/{{id}}"

        async def listed(request: Request) -> Response:
            query = query_of(request.scope)
            return (await self.followers.list(resource, record_id_of(request), query)).response()

        async def follow(request: Request) -> Response:
            return (await self.followers.follow(resource, record_id_of(request))).response()

        async def unfollow(request: Request) -> Response:
            return (await self.followers.unfollow(resource, record_id_of(request))).response()

        yield Row("GET", f"{one}/followers", listed)
        yield Row("POST", f"{one}:follow", follow)
        yield Row("POST", f"{one}:unfollow", unfollow)
