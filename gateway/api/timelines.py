"""A timeline over all services: each tells what it has of a record, and here it becomes one stream."""

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from crm.v1 import timeline_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource
from kit.errors import Invalid, Problem
from kit.telemetry.logs import log
from kit.wire.contract import every_entity, facts_of

_PAGE = 20
_PATIENCE_SECONDS = 2.0
"""A service that takes longer is named, and what the others know is told without it."""
_NO_PAGE = "This is no page of a timeline; start again from the first page."

Places = Mapping[str, str]
"""Where each service goes on; one that has told everything is not among them."""


@dataclass(frozen=True)
class Timelines:
    """The service `Timelines` of every process that may have something to tell."""

    backends: Backends
    rights: Rights

    async def list(self, resource: Resource, record_id: str, query: Query) -> Answer:
        """What happened to one record and, if that is asked for, to what hangs on it in any service."""
        self.rights.require(resource, "view")
        request = from_query(pb.TimelineRequest(), query)
        request.entity, request.id = resource.entity, record_id
        services = (resource.service, *(self._elsewhere(resource) if request.below else ()))
        places = _read(request.page_token, services)
        pages = await self._pages(request, places, needed=resource.service)
        return Answer.of(_joined(pages, places, request.page_size or _PAGE))

    def _elsewhere(self, resource: Resource) -> Iterable[str]:
        """The other services that have entities whose records may hang on such a record."""
        found = {each.partition(".")[0] for each in _below(resource.entity)}
        return sorted((found - {resource.service}) & set(self.backends.services))

    async def _pages(
        self, request: pb.TimelineRequest, places: Places, *, needed: str
    ) -> Mapping[str, pb.TimelinePage | None]:
        """What each tells; the service of the record has to, and says as well who may not see it."""
        async with asyncio.TaskGroup() as group:
            tasks = {
                service: group.create_task(self._page(service, _from(request, place)))
                for service, place in places.items()
            }
        pages = {service: task.result() for service, task in tasks.items()}
        for service, page in pages.items():
            if isinstance(page, Problem):
                if service == needed or isinstance(page, Invalid):
                    raise page
                log.info("timeline.no_answer", peer=service, error=page.message)
        return {name: None if isinstance(each, Problem) else each for name, each in pages.items()}

    async def _page(self, service: str, request: pb.TimelineRequest) -> pb.TimelinePage | Problem:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                page: pb.TimelinePage = await self.backends.timelines(service).List(request)
                return page
        except TimeoutError:
            return Problem("It took too long.")
        except Problem as problem:
            return problem


def _below(entity: str) -> set[str]:
    """The entities whose records may hang on one of this entity, or on one that does."""
    facts = {name: facts_of(name) for name in every_entity()}
    found, waiting = set[str](), [entity]
    while waiting:
        above = waiting.pop()
        more = {name for name, each in facts.items() if each and above in each.parents} - found
        found |= more
        waiting += more
    return found - {entity}


def _from(request: pb.TimelineRequest, place: str) -> pb.TimelineRequest:
    asked = pb.TimelineRequest()
    asked.CopyFrom(request)
    asked.page_token = place
    return asked


def _joined(
    pages: Mapping[str, pb.TimelinePage | None], places: Places, size: int
) -> pb.TimelinePage:
    """The newest entries of all, each service's in its own order, and where each goes on."""
    answered = {name: page for name, page in pages.items() if page is not None}
    told = _newest({name: list(page.items) for name, page in answered.items()}, size)
    joined = pb.TimelinePage(stopped=sorted(pages.keys() - answered.keys()))
    rest: dict[str, str] = {}
    for name, page in answered.items():
        mine = [entry for service, entry in told if service == name]
        if len(mine) < len(page.items) or page.page.next_page_token:
            rest[name] = mine[-1].place if mine else places[name]
        joined.page.titles.extend(page.page.titles)
    for _, entry in told:
        joined.items.add().CopyFrom(entry)
        joined.items[-1].ClearField("place")
    # Who did not answer is asked again with the next page; there is none for its sake alone.
    joined.page.next_page_token = _token({**places, **rest}, rest, joined.stopped)
    return joined


def _newest(
    entries: Mapping[str, list[pb.TimelineEntry]], size: int
) -> Sequence[tuple[str, pb.TimelineEntry]]:
    heads = {
        name: [(datetime.fromisoformat(each.at), each) for each in rows[::-1]]
        for name, rows in entries.items()
    }
    told: list[tuple[str, pb.TimelineEntry]] = []
    while len(told) < size and (left := [name for name in heads if heads[name]]):
        name = max(left, key=lambda each: heads[each][-1][0])
        told.append((name, heads[name].pop()[1]))
    return told


def _token(places: Places, rest: Places, stopped: Iterable[str]) -> str:
    if not rest:
        return ""
    kept = {name: places[name] for name in (*rest, *stopped)}
    return base64.urlsafe_b64encode(orjson.dumps(kept)).decode().rstrip("=")


def _read(token: str, services: Sequence[str]) -> Places:
    """Where each service goes on: all from the beginning where nothing is said."""
    if not token:
        return dict.fromkeys(services, "")
    try:
        places: Any = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError) as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong
    if not _are_places(places, services):
        raise Invalid(page_token=_NO_PAGE)
    return dict[str, str](places)


def _are_places(places: Any, services: Sequence[str]) -> bool:
    known = isinstance(places, dict) and places and places.keys() <= set(services)
    return bool(known) and all(isinstance(each, str) for each in places.values())
