"""The operations over HTTP: what stands in the request goes in, what comes out is the response."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.answers import Answer, expected_version
from gateway.api.exports import Exports
from gateway.api.operations import Operations
from gateway.api.parsing import json_object, query_of, truth_in
from gateway.api.records import Records
from gateway.api.table import ROOT, Endpoint, Row
from gateway.contract.resources import STANDARD, Method, Resource
from kit.errors import Invalid

_KEY_LENGTH = 200


def key_of(request: Request) -> str:
    """What makes a repeated POST the same POST."""
    key = request.headers.get("idempotency-key", "")
    if len(key) > _KEY_LENGTH or not (key.isascii() and key.isprintable()):
        told = f"Use at most {_KEY_LENGTH} printable ASCII characters."
        raise Invalid("", {"Idempotency-Key": told})
    return key


def version_of(request: Request) -> int | None:
    return expected_version(request.headers.get("if-match"))


def record_id_of(request: Request) -> str:
    return str(request.path_params["id"])


@dataclass(frozen=True)
class EntityRoutes:
    """The routes of every entity."""

    operations: Operations
    records: Records
    exports: Exports

    def rows(self, resource: Resource) -> Iterator[Row]:
        slug = resource.slug
        yield from self._standard(resource)
        for verb in resource.verbs:
            yield self._verb(resource, verb)
        records = self.records
        yield Row("GET", f"{slug}:aggregate", _listing(resource, records.aggregate))
        yield Row("GET", f"{slug}:titles", _listing(resource, records.titles))
        if resource.has_tags:
            yield Row("GET", f"{slug}:tags", _listing(resource, records.count_tags))
        yield Row("GET", f"{slug}/{{id}}/history", _reading(resource, records.history))
        yield Row("GET", f"{slug}/{{id}}/timeline", _reading(resource, records.timeline))
        yield Row("GET", f"{slug}/{{id}}/access", _reading(resource, records.explain))
        yield from self._shares(resource)
        if resource.may_be_private:
            yield Row("GET", f"{slug}:private", _listing(resource, records.private))
            yield Row("POST", f"{slug}/{{id}}:lift-privacy", self._lift_privacy(resource))
        if "List" in resource.methods:
            yield Row("GET", f"{slug}:export", self._export(resource))
            yield Row("GET", f"{slug}:exports", _listing(resource, self.exports.log))
        if resource.has_bin:
            yield Row("GET", f"{slug}:bin", _listing(resource, records.binned))
            yield Row("POST", f"{slug}/{{id}}:restore", self._restore(resource))

    def _standard(self, resource: Resource) -> Iterator[Row]:
        one, slug = f"{resource.slug}/{{id}}", resource.slug
        offered = {
            "List": Row("GET", slug, _listing(resource, self.operations.list)),
            "Create": Row("POST", slug, self._create(resource)),
            "Get": Row("GET", one, _reading(resource, self.operations.get)),
            "Update": Row("PATCH", one, self._update(resource)),
            "Delete": Row("DELETE", one, self._delete(resource)),
        }
        for name in STANDARD:
            if name in resource.methods:
                yield offered[name]

    def _create(self, resource: Resource) -> Endpoint:
        async def create(request: Request) -> Response:
            values = await json_object(request)
            made = await self.operations.create(
                resource, values, key_of(request), allow_duplicates=_allows_duplicates(request)
            )
            address = f"{ROOT}/{resource.slug}/{_id_in(made)}"
            return made.response(HTTPStatus.CREATED, Location=address)

        return create

    def _update(self, resource: Resource) -> Endpoint:
        async def update(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            record_id = record_id_of(request)
            changed = await self.operations.update(
                resource,
                record_id,
                values,
                version,
                allow_duplicates=_allows_duplicates(request),
            )
            return changed.response()

        return update

    def _delete(self, resource: Resource) -> Endpoint:
        async def delete(request: Request) -> Response:
            await self.operations.delete(resource, record_id_of(request), version_of(request))
            return Response(status_code=HTTPStatus.NO_CONTENT)

        return delete

    def _export(self, resource: Resource) -> Endpoint:
        async def export(request: Request) -> Response:
            return await self.exports.export(resource, query_of(request.scope))

        return export

    def _restore(self, resource: Resource) -> Endpoint:
        async def restore(request: Request) -> Response:
            record_id, version, key = record_id_of(request), version_of(request), key_of(request)
            return (await self.records.restore(resource, record_id, version, key)).response()

        return restore

    def _lift_privacy(self, resource: Resource) -> Endpoint:
        async def lift(request: Request) -> Response:
            record_id, key = record_id_of(request), key_of(request)
            return (await self.records.lift_privacy(resource, record_id, key)).response()

        return lift

    def _verb(self, resource: Resource, verb: Method) -> Row:
        base = f"{resource.slug}/{{id}}" if verb.asks_for_record else resource.slug
        path = f"{base}:{verb.slug}"
        return (
            Row("GET", path, self._query_verb(verb))
            if verb.only_reads
            else Row("POST", path, self._run_verb(verb))
        )

    def _query_verb(self, verb: Method) -> Endpoint:
        async def look(request: Request) -> Response:
            query = query_of(request.scope)
            found = await self.operations.query_verb(verb, _named(verb, request), query)
            return found.response()

        return look

    def _run_verb(self, verb: Method) -> Endpoint:
        async def do(request: Request) -> Response:
            values, version = await json_object(request), version_of(request)
            record_id, key = _named(verb, request), key_of(request)
            return (
                await self.operations.run_verb(verb, record_id, values, version, key)
            ).response()

        return do

    def _shares(self, resource: Resource) -> Iterator[Row]:
        path, records = f"{resource.slug}/{{id}}/shares", self.records

        async def shares(request: Request) -> Response:
            return (await records.shares(resource, record_id_of(request))).response()

        async def share(request: Request) -> Response:
            values, key = await json_object(request), key_of(request)
            return (await records.share(resource, record_id_of(request), values, key)).response()

        async def unshare(request: Request) -> Response:
            values = {**query_of(request.scope), **await json_object(request)}
            return (await records.unshare(resource, record_id_of(request), values)).response()

        yield Row("GET", path, shares)
        yield Row("POST", path, share)
        yield Row("DELETE", path, unshare)


def _allows_duplicates(request: Request) -> bool:
    """Whether a record is meant that a rule would take for another."""
    return truth_in(query_of(request.scope), "allow_duplicates")


def _named(verb: Method, request: Request) -> str | None:
    return record_id_of(request) if verb.asks_for_record else None


def _listing(resource: Resource, operation: Any) -> Endpoint:
    """An operation over many records, asked by query string."""

    async def listed(request: Request) -> Response:
        answer: Answer = await operation(resource, query_of(request.scope))
        return answer.response()

    return listed


def _reading(resource: Resource, operation: Any) -> Endpoint:
    """An operation that reads one record or what is kept besides its fields."""

    async def read(request: Request) -> Response:
        query = query_of(request.scope)
        answer: Answer = await operation(resource, record_id_of(request), query)
        return answer.response()

    return read


class _Identified(msgspec.Struct):
    """As much of a record as its address wants; the rest is skipped and not built."""

    id: str = ""


_IDENTIFIED = msgspec.json.Decoder(_Identified)


def _id_in(answer: Answer) -> str:
    return _IDENTIFIED.decode(answer.body).id
