"""What the whole system consists of, as the caller may see it: the answers of all services in one."""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.v1 import records_pb2 as pb
from google.protobuf.descriptor import FieldDescriptor

from gateway.access import Rights
from gateway.backends import Backends, as_door
from gateway.contract.comments import comment
from gateway.contract.resources import Method, Resource
from kit.actor import calling
from kit.errors import Problem
from kit.telemetry.logs import log
from kit.wire.options import is_bulk, kind_of, reference_of, stands_for
from kit.wire.plain import plain

# Rights, limits and value lists change with the epoch; a service of another release shows up this late.
_FRESH_SECONDS = 10.0
_MOST = 500
_PATIENCE_SECONDS = 2.0
# A service that did not answer is not asked by every page that is opened meanwhile.
_AWAY_SECONDS = 2.0
_METHODS = {
    "view": "List",
    "view_all": "List",
    "export": "List",
    "create": "Create",
    "edit": "Update",
    "edit_all": "Update",
    "delete": "Delete",
}
_GIVEN = frozenset({"id", "version"})
# What an input has from the field for which it stands.
_OF_THE_KIND = ("kind", "options", "target", "max_length", "columns", "currency_field")

Described = dict[str, Any]
Entities = list[Described]


@dataclass
class _Told:
    """What a service said last, and when."""

    entities: Entities
    epoch: int
    until: float


@dataclass
class Descriptions:
    """Descriptions by service and by what decides them: the caller's profiles and roles."""

    backends: Backends
    rights: Rights
    known: dict[tuple[Any, str], _Told] = field(default_factory=dict)
    away: dict[str, float] = field(default_factory=dict)

    async def all(self) -> dict[str, Any]:
        """Every entity that the caller may see; a service that is stopped is named.

        What a stopped service said before still stands, so that its pages can say that it is
        stopped instead of being gone.
        """
        self.rights.require_scope(only_reads=True)
        async with asyncio.TaskGroup() as group:
            asked = {
                service: group.create_task(self._of(service)) for service in self.backends.services
            }
        told = {service: task.result() for service, task in asked.items()}
        entities = [entity for found, _ in told.values() for entity in found]
        stopped = [service for service, (_, answers) in told.items() if not answers]
        return {"entities": entities, "stopped": stopped}

    async def warm(self) -> None:
        """Opens the way to every service before the first person needs it; a stopped one may wait."""

        async def knock(service: str) -> None:
            request = pb.DescribeRequest()
            try:
                await as_door(
                    lambda: self.backends.records(service).Describe(
                        request, seconds=_PATIENCE_SECONDS
                    )
                )
            except Problem as problem:
                log.info("gateway.not_reached", peer=service, error=problem.message)

        async with asyncio.TaskGroup() as group:
            for service in self.backends.services:
                group.create_task(knock(service))

    async def _of(self, service: str) -> tuple[Entities, bool]:
        """The entities of one service, and whether it answers."""
        person = self.rights.person(calling())
        key = ((person.role_ids, person.profile_ids) if person else None, service)
        before = self.known.get(key)
        epoch, now = self.rights.policy.epoch, time.monotonic()
        if before and before.epoch == epoch and before.until > now:
            return before.entities, True
        entities = before.entities if before else []
        if self.away.get(service, 0.0) > now:
            return entities, False
        try:
            reply = await self.backends.records(service).Describe(
                pb.DescribeRequest(), seconds=_PATIENCE_SECONDS
            )
        except Problem:
            self.away[service] = time.monotonic() + _AWAY_SECONDS
            return entities, False
        if len(self.known) > _MOST:
            self.known.clear()
        entities = [self._entity(each) for each in reply.entities]
        self.known[key] = _Told(entities, epoch, now + _FRESH_SECONDS)
        return entities, True

    def _entity(self, described: pb.EntityDescription) -> dict[str, Any]:
        entity = plain(described)
        resource = self.backends.by_entity.get(described.entity)
        if resource is not None:
            entity["path"] = resource.slug
            entity["rights"] = [each for each in entity["rights"] if _offered(resource, each)]
            entity["takes_notes"] = resource.takes_notes
            entity["takes_files"] = resource.takes_files
            entity["has_duplicates"] = resource.has_duplicates
            entity["verbs"] = list(verbs_of(resource, entity["fields"]))
        return entity


def _offered(resource: Resource, right: str) -> bool:
    """What the contract does not offer nobody may do, whatever his profile says."""
    return right not in _METHODS or _METHODS[right] in resource.methods


def verbs_of(resource: Resource, fields: Iterable[Described]) -> Iterator[Described]:
    """The verbs over one record that change something, as a form needs them.

    An input that stands for a field is described like the field, and left out where the caller may
    not see that.
    """
    seen = {each["name"]: each for each in fields}
    for verb in resource.verbs:
        if verb.asks_for_record and not verb.only_reads:
            yield {**_verb(verb), "fields": list(_inputs(verb, seen))}


def _verb(verb: Method) -> Described:
    return {
        "name": verb.name,
        "path": verb.slug,
        "label": spaced(verb.name),
        "doc": comment(verb.described.full_name),
        "bulk": is_bulk(verb.described),
    }


def _inputs(verb: Method, seen: Mapping[str, Described]) -> Iterator[Described]:
    for each in verb.described.input_type.fields:
        kept = stands_for(each)
        if each.name not in _GIVEN and all(name in seen for name in kept):
            yield {**_input(each), **_like(seen[kept[0]])} if kept else _input(each)


def _input(known: FieldDescriptor) -> Described:
    kind = kind_of(known)
    return {
        "name": known.name,
        "label": known.name.removesuffix("_id").replace("_", " ").capitalize(),
        "help": comment(known.full_name),
        "kind": kind.name if kind else "text",
        "required": not known.has_presence and not known.is_repeated,
        "editable": True,
        "target": reference_of(known),
    }


def _like(field: Described) -> Described:
    return {name: field[name] for name in _OF_THE_KIND if name in field}


def spaced(name: str) -> str:
    """`MoveStage` as people say it: `Move stage`."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
    return words[:1].upper() + words[1:]
