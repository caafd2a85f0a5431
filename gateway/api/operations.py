"""The operations on records: each is one call to one service, alike for REST and for the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from crm.v1 import standard_pb2

from gateway.access import POLICY_OWNER, PolicyFollower, Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query, new
from gateway.backends import Backends
from gateway.contract.resources import Method, Resource
from gateway.problems import Unacceptable
from kit.actor import calling
from kit.errors import Invalid

_ACTIONS = {"Get": "view", "List": "view", "Create": "create", "Update": "edit", "Delete": "delete"}


@dataclass(frozen=True)
class Operations:
    """Get, list, create, update, delete and the verbs of every entity."""

    backends: Backends
    rights: Rights
    follower: PolicyFollower

    def _method(self, resource: Resource, name: str) -> Method:
        """A standard method that the caller's profiles and scopes allow."""
        method = resource.methods.get(name)
        if method is None:
            message = f"{resource.name} do not offer {name}."
            raise Unacceptable(HTTPStatus.METHOD_NOT_ALLOWED, message)
        self.rights.require(resource, _ACTIONS[name])
        return method

    async def list(self, resource: Resource, query: Query) -> Answer:
        method = self._method(resource, "List")
        request = from_query(standard_pb2.ListRequest(), query)
        return Answer.of(await self.backends.ask(method)(request))

    async def get(self, resource: Resource, record_id: str, query: Query) -> Answer:
        method = self._method(resource, "Get")
        request = from_query(standard_pb2.GetRequest(), query)
        request.id = record_id
        return Answer.of(await self.backends.ask(method)(request))

    async def create(
        self,
        resource: Resource,
        values: Mapping[str, Any],
        key: str = "",
        *,
        allow_duplicates: bool = False,
    ) -> Answer:
        method = self._method(resource, "Create")
        request = from_json(new(method.request), values)
        made = await self._change(method, request, key, allow_duplicates=allow_duplicates)
        return Answer.of(made)

    async def update(
        self,
        resource: Resource,
        record_id: str,
        values: Mapping[str, Any],
        version: int | None,
        *,
        allow_duplicates: bool = False,
    ) -> Answer:
        """A JSON merge patch (RFC 7396): what is named is set, and null empties it."""
        method = self._method(resource, "Update")
        return await self._patch(
            method, record_id, values, version, allow_duplicates=allow_duplicates
        )

    async def update_own(self, values: Mapping[str, Any], version: int | None) -> Answer:
        """The caller's own record; whether it may be changed is identity's to say."""
        self.rights.require_scope(only_reads=False)
        method = self.backends.resource("people").methods["Update"]
        return await self._patch(method, calling().name, values, version)

    async def _patch(
        self,
        method: Method,
        record_id: str,
        values: Mapping[str, Any],
        version: int | None,
        *,
        allow_duplicates: bool = False,
    ) -> Answer:
        if values.get("id", record_id) != record_id:
            raise Invalid(id="A record keeps its id; leave it out.")
        request: Any = new(method.request)
        request.record.SetInParent()
        from_json(request.record, values)
        request.record.id = record_id
        request.mask.paths.extend(name for name in values if name != "id")
        if version is not None:
            request.version = version
        changed = await self._change(method, request, allow_duplicates=allow_duplicates)
        return Answer.of(changed)

    async def delete(self, resource: Resource, record_id: str, version: int | None) -> None:
        method = self._method(resource, "Delete")
        request = standard_pb2.DeleteRequest(id=record_id, version=version)
        await self._change(method, request)

    async def run_verb(
        self,
        verb: Method,
        record_id: str | None,
        values: Mapping[str, Any],
        version: int | None = None,
        key: str = "",
    ) -> Answer:
        """A verb; whether the caller may is the service's to say, since each verb has rules of its own."""
        self.rights.require_scope(only_reads=verb.only_reads)
        request = from_json(new(verb.request), _without_id(values, record_id))
        if version is not None and "version" in request.DESCRIPTOR.fields_by_name:
            request.version = version
        return Answer.of(await self._change(verb, _of_record(request, record_id), key))

    async def query_verb(self, verb: Method, record_id: str | None, query: Query) -> Answer:
        """A verb that changes nothing, asked by query string."""
        self.rights.require_scope(only_reads=True)
        request = _of_record(from_query(new(verb.request), query), record_id)
        return Answer.of(await self.backends.ask(verb)(request))

    async def _change(
        self, method: Method, request: Any, key: str = "", *, allow_duplicates: bool = False
    ) -> Any:
        """Who has changed the policy finds it changed with the next request, and so does everybody here."""
        ask = self.backends.ask(method)
        reply = await ask(request, key=key, allow_duplicates=allow_duplicates)
        if method.service == POLICY_OWNER:
            await self.follower.catch_up()
        return reply


def _of_record(request: Any, record_id: str | None) -> Any:
    if record_id is not None:
        request.id = record_id
    return request


def _without_id(values: Mapping[str, Any], record_id: str | None) -> Mapping[str, Any]:
    if record_id is not None and values.get("id", record_id) != record_id:
        raise Invalid(id="The address names the record; leave the id out.")
    return values
