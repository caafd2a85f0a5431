"""What records of another entity tell of this one: when it moved, from where to where, and why."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Presenter, Titles
from gateway.web.frame.references import WITH_TITLES
from gateway.web.frame.visits import Visit
from gateway.web.record.highlights import Answers, Highlight, answered
from kit.entity.presentation import Log


@dataclass(frozen=True, slots=True)
class Passage:
    """One line of a log."""

    at: str
    who: str
    before: str
    after: str
    reason: str


def logs_of(visit: Visit) -> Iterator[Highlight]:
    """The log of this page's entity, kept by whichever entity says so."""
    for entity in visit.catalog:
        log = entity.shown.log
        of = entity.field(log.of) if log else None
        if log and of and of.target == visit.entity.name and entity.may("view"):
            yield _log(entity, log)
            return


def _log(entity: Entity, log: Log) -> Highlight:
    key = f"log.{entity.slug}"

    def asks(visit: Visit) -> Awaitable[Json]:
        about = f'{log.of} = "{visit.record_id}"'
        asked = {"filter": about, "order_by": f"{log.at} desc", "page_size": "50"}
        return visit.api.list(entity.slug, {**asked, **WITH_TITLES})

    def shows(visit: Visit, _: Json, answers: Answers, titles: Titles) -> dict[str, Any]:
        rows = answered(answers, key)
        passages = [_passage(visit.presenter, entity, log, row, titles) for row in rows]
        return {"passages": passages, "log_title": log.title}

    return Highlight(shows, {key: asks})


def _passage(present: Presenter, entity: Entity, log: Log, row: Json, titles: Titles) -> Passage:
    def text(name: str) -> str:
        field = entity.field(name)
        return present.cell(field, row, titles).text if field else ""

    return Passage(
        row.get(log.at) or "", text(log.by), text(log.before), text(log.after), text(log.reason)
    )
