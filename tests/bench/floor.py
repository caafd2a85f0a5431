"""The floor: the same answers by one bare process, with no rights, history, events or second hop.

`python -m tests.bench.floor PORT DATABASE_URL` serves it; each address answers what its scenario asks.
"""

import sys
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FIELDS = (
    "id, version, owner_id, created_at, updated_at, name, first_name, last_name, company, email, phone, "
    "status, source, estimated_amount, currency, city, country, description, score, rating, custom"
)
# The conditions are those of the indexes: a floor that walks the table would flatter us.
_MINE = f"select {_FIELDS} from lead where owner_id = $1 and binned_at is null"  # noqa: S608 - columns of our own
_NEWEST = "order by updated_at desc, id desc limit"
_LIST = f"{_MINE} {_NEWEST} 51"
_ONE = f"{_MINE} and id = $2"
_WORDS = " || ' ' || ".join(
    f"coalesce({column}, '')" for column in ("name", "company", "email", "phone", "mobile")
)
_SEARCH = f"{_MINE} and folded_words(folded({_WORDS})) @@ to_tsquery('simple', $2) {_NEWEST} 21"
_CREATE = """
with made as (
  insert into lead (id, version, owner_id, created_at, updated_at, created_by, updated_by, keys, wkeys,
                    custom, name, last_name, company, email, status)
  values ($1, 1, $2::uuid, now(), now(), $2::uuid::text, $2::uuid::text, '{1}', '{1}',
          '{}', $3, $3, $4, $5, 'new')
  returning id),
told as (
  insert into outbox (id, subject, body, headers) select $1, 'bench.floor', ''::bytea, '{}' from made),
kept as (
  insert into history (entity, record_id, at, actor, what, version, changes)
  select 'parties.Lead', $1, now(), $2::uuid::text, 'created', 1, '{}' from made)
select id from made
"""
_encoder = msgspec.json.Encoder()


class Floor:
    """The bare process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None

    async def pool(self) -> Any:
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                self._url, min_size=8, max_size=8, init=_raw, reset=_nothing
            )
        return self._pool

    async def listed(self, request: Request) -> Response:
        rows = await (await self.pool()).fetch(_LIST, UUID(request.query_params["owner"]))
        return _answer([tuple(row) for row in rows])

    async def one(self, request: Request) -> Response:
        query = request.query_params
        row = await (await self.pool()).fetchrow(_ONE, UUID(query["owner"]), UUID(query["id"]))
        return _answer(tuple(row))

    async def found(self, request: Request) -> Response:
        query = request.query_params
        rows = await (await self.pool()).fetch(_SEARCH, UUID(query["owner"]), f"{query['word']}:*")
        return _answer([tuple(row) for row in rows])

    async def created(self, request: Request) -> Response:
        body = msgspec.json.decode(await request.body())
        values = (body["last_name"], body["company"], body["email"])
        row = await (await self.pool()).fetchrow(_CREATE, uuid4(), UUID(body["owner"]), *values)
        return _answer(tuple(row))


async def _raw(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=str, decoder=lambda text: msgspec.Raw(text.encode()), schema="pg_catalog"
    )


async def _nothing(connection: Any) -> None:
    """No reset: nothing but single statements is run."""


def _answer(value: Any) -> Response:
    return Response(_encoder.encode(value), media_type="application/json")


def app(url: str) -> FastAPI:
    """The bare application."""
    floor, made = Floor(url), FastAPI(docs_url=None, openapi_url=None)
    made.router.routes.extend(
        [
            Route("/listed", floor.listed),
            Route("/one", floor.one),
            Route("/found", floor.found),
            Route("/created", floor.created, methods=["POST"]),
        ]
    )
    return made


if __name__ == "__main__":
    uvicorn.run(
        app(sys.argv[2]),
        port=int(sys.argv[1]),
        log_level="error",
        access_log=False,
        timeout_keep_alive=600,
    )
