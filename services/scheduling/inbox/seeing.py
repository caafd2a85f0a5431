"""What the records are called of which somebody was told, as that person may see them now."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor, acting_as
from kit.errors import Denied, Invalid, NotFound, Problem
from kit.records.process import Process

SEEN, GONE, UNKNOWN = "seen", "gone", "unknown"
_PATIENCE_SECONDS = 2.0

Titles = Mapping[str, str] | None
"""By id what records are called; None where their service does not answer."""


class Seen:
    """The records of some notifications, as one person sees them."""

    def __init__(self, titles: Mapping[str, Titles]) -> None:
        self._titles = titles

    def of(self, row: Any) -> tuple[str, str]:
        """How a notification's record stands to the person, and what it is called."""
        if row.record_id is None:
            return SEEN, ""
        titles = self._titles.get(row.entity, {})
        if titles is None:
            return UNKNOWN, ""
        title = titles.get(str(row.record_id))
        return (GONE, "") if title is None else (SEEN, title)


async def seen(process: Process, person: UUID, rows: Iterable[Any]) -> Seen:
    """Asks the owner of each record, who decides by its own rows and by the person's rights."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        if row.record_id is not None:
            wanted.setdefault(row.entity, set()).add(row.record_id)
    async with asyncio.TaskGroup() as group:
        asked = {
            entity: group.create_task(_titles(process, person, entity, ids))
            for entity, ids in wanted.items()
        }
    return Seen({entity: task.result() for entity, task in asked.items()})


async def _titles(process: Process, person: UUID, entity: str, ids: Collection[UUID]) -> Titles:
    service = entity.partition(".")[0]
    if service == process.name:
        return await _ours(process, person, entity, ids)
    request = records_pb2.TitlesForRequest(entity=entity, ids=map(str, ids), person_id=str(person))
    try:
        with acting_as(Actor.system(f"{process.name}.inbox")):
            channel: Any = process.peers.channel(service)
            owner: Any = RecordsStub(channel)
            told = await owner.TitlesFor(request, seconds=_PATIENCE_SECONDS)
    except (Denied, NotFound, Invalid):
        # The person may not see such records at all any more, or there are none any more.
        return {}
    except Problem:
        return None
    return {id_: title for id_, title in told.titles.items() if id_ not in told.states}


async def _ours(process: Process, person: UUID, entity: str, ids: Collection[UUID]) -> Titles:
    if "view" not in process.policy.permit(Actor.person(person), entity).rights:
        return {}
    named = await process.reader.titles.named(
        process.name, Actor.person(person), {entity: set(ids)}
    )
    return {each.id: each.title for each in named if each.state == "live"}
