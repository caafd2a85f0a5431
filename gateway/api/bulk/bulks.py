"""Bulks over REST; one is named `<service>.<id>`, since every service keeps its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from crm.v1 import bulk_pb2 as pb
from starlette.responses import Response

from gateway.access import POLICY_OWNER, PolicyFollower, Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query, new
from gateway.api.table import ROOT
from gateway.backends import Backends
from gateway.contract.resources import Resource
from kit.errors import Invalid, NotFound
from kit.wire.options import is_bulk
from kit.wire.plain import plain

_CHANGE = "change"
# What the address says, and how the values travel.
_NO_INPUT = ("entity", "call")
_NAMES = ("id", "undo_of", "undone_by", "undo_of_import")


@dataclass(frozen=True)
class Bulks:
    """The service `Bulks` of whichever process owns the entity."""

    backends: Backends
    rights: Rights
    follower: PolicyFollower

    async def start(self, resource: Resource, values: Mapping[str, Any], key: str = "") -> Answer:
        self.rights.require_scope(only_reads=False)
        self.rights.require(resource, "view")
        request = _request(resource, values)
        reply = await self.backends.bulks(resource.service).Start(request, key=key)
        return await self._begun(resource.service, reply)

    async def get(self, name: str) -> Answer:
        service, request = self._parted(name, only_reads=True)
        return named(service, await self.backends.bulks(service).Get(request))

    async def rows(self, name: str, query: Query) -> Answer:
        service, named = self._parted(name, only_reads=True)
        request = from_query(pb.BulkRowsRequest(), query)
        request.id = named.id
        return Answer.of(await self.backends.bulks(service).Rows(request))

    async def run(self, name: str, key: str = "") -> Answer:
        """Does what was tried."""
        service, request = self._parted(name, only_reads=False)
        return await self._begun(service, await self.backends.bulks(service).Run(request, key=key))

    async def undo(self, name: str, key: str = "") -> Answer:
        service, request = self._parted(name, only_reads=False)
        return await self._begun(service, await self.backends.bulks(service).Undo(request, key=key))

    async def _begun(self, service: str, reply: pb.Bulk) -> Answer:
        """Who has changed the policy finds it changed with the next request."""
        if service == POLICY_OWNER:
            await self.follower.catch_up()
        return named(service, reply)

    def _parted(self, name: str, *, only_reads: bool) -> tuple[str, pb.BulkId]:
        self.rights.require_scope(only_reads=only_reads)
        service, _, bulk_id = name.partition(".")
        try:
            UUID(bulk_id)
        except ValueError:
            service = ""
        if service not in self.backends.services:
            raise NotFound("There is no such bulk.")
        return service, pb.BulkId(id=bulk_id)


def begun(answer: Answer) -> Response:
    """What is done is answered as it is, what goes on with the address where it is followed."""
    told = answer.values()
    if told["ended_at"]:
        return answer.response()
    return answer.response(HTTPStatus.ACCEPTED, Location=f"{ROOT}/bulks/{told['id']}")


def offered(resource: Resource) -> bool:
    """Whether its records are changed by people, so that many may be."""
    return not {"Update", "Delete"}.isdisjoint(resource.methods)


def _request(resource: Resource, values: Mapping[str, Any]) -> pb.BulkRequest:
    told = {name: value for name, value in values.items() if name != "values"}
    if wrong := {name: "There is no such field." for name in _NO_INPUT if name in told}:
        raise Invalid("", wrong)
    request: pb.BulkRequest = from_json(pb.BulkRequest(), told)
    request.entity = resource.entity
    if (said := values.get("values")) is not None:
        if not isinstance(said, dict):
            raise Invalid(
                values="Give an object: fields with their values, or what the verb is told."
            )
        request.call.Pack(_call(resource, request.action or _CHANGE, said))
    return request


def _call(resource: Resource, action: str, said: Mapping[str, Any]) -> Any:
    """What is said, as it would be sent for one record."""
    if action == _CHANGE and "Update" in resource.methods:
        call: Any = new(resource.methods["Update"].request)
        call.record.SetInParent()
        from_json(call.record, said)
        call.mask.paths.extend(said)
        return call
    for verb in resource.verbs:
        if verb.slug == action and is_bulk(verb.described):
            return from_json(new(verb.request), said)
    raise Invalid(values="Nothing is said with this action; leave the values out.")


def named(service: str, reply: pb.Bulk) -> Answer:
    """The bulk under the name by which it is found again."""
    told = plain(reply)
    names = {name: f"{service}.{told[name]}" for name in _NAMES if told.get(name)}
    return Answer(orjson.dumps({**told, **names}))
