"""Reports by e-mail: who is sent one, and when; on the page of the report, and among one's preferences."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.forms.principals import KINDS, named
from gateway.web.frame.presenting import Titles
from gateway.web.frame.references import titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import Invalid, NotFound, Problem, Refused

router, of_report = pages("/report-schedules/{schedule_id}"), pages("/reports/{record_id}")

REPORT = "identity.Report"
_DONE = {
    "leave": "It is sent to you no more.",
    "return": "It is sent to you again.",
    "end": "It is sent no more.",
}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule as it reads."""

    id: str
    report_id: str
    report: str
    when: str
    whom: str
    next: str
    left: bool
    may_end: bool
    alone: bool


def scheduled(visit: Visit, page: Json, *, with_report: bool) -> list[Scheduled]:
    """The schedules of a page in words; a report out of sight has none."""
    titles = titles_in([page])
    return [_reads(visit, each, titles, with_report=with_report) for each in page["items"]]


def _reads(visit: Visit, told: Json, titles: Titles, *, with_report: bool) -> Scheduled:
    kind, whom = told["principal_kind"], told["principal_id"]
    mine = (kind, whom) == ("person", visit.me["id"])
    hidden = _("Not visible to you")
    next_at = told.get("next_at")
    return Scheduled(
        id=told["id"],
        report_id=told["report_id"],
        report=titles.get((REPORT, told["report_id"]), hidden) if with_report else "",
        when=_when(visit, told),
        whom=_("you") if mine else titles.get((KINDS[kind][1], whom), hidden),
        next=visit.presenter.instant(next_at) if next_at else "",
        left=bool(told.get("left")),
        may_end=bool(told.get("may_end")),
        alone=mine,
    )


def _when(visit: Visit, told: Json) -> str:
    hour, day = f"{told.get('hour', 0):02d}:00", told.get("on_day", 1)
    if told["rhythm"] == "daily":
        return _("Every day at %(hour)s", hour=hour)
    if told["rhythm"] == "monthly":
        return _("On day %(day)s of each month at %(hour)s", day=day, hour=hour)
    return _("%(day)s at %(hour)s", day=_weekdays(visit)[day], hour=hour)


def _weekdays(visit: Visit) -> Mapping[int, str]:
    """By their numbers, of which Monday's is 1."""
    names = visit.presenter.locale.days["stand-alone"]["wide"]
    return {day + 1: names[day].capitalize() for day in range(7)}


@of_report.get("/schedules")
async def show(visit: TheVisit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, problem: Problem | None = None, status: int = 200) -> Response:
    kept = visit.catalog.visible(REPORT)
    if kept is None:
        raise NotFound
    report = await visit.api.get(kept.slug, visit.record_id)
    page = await visit.api.schedule_page({"report_id": visit.record_id, "page_size": "100"})
    why = await visit.api.explain(kept.slug, visit.record_id, str(visit.me["id"]))
    return visit.page(
        "reports/schedules.html",
        status,
        entity=kept,
        report=report,
        schedules=scheduled(visit, page, with_report=False),
        weekdays=list(_weekdays(visit).items()),
        kinds=KINDS,
        shares=why.get("level") == "full",
        idempotency_key=token_urlsafe(16),
        problem=problem,
    )


@of_report.post("/schedules")
async def keep(
    visit: TheVisit,
    when: FormText = "weekly:1",
    hour: FormText = "8",
    principal_kind: FormText = "",
    principal: FormText = "",
    name: Annotated[str, Form(alias="principal~text")] = "",
    idempotency_key: FormText = "",
) -> Response:
    """To oneself, or to whoever is chosen or typed."""
    rhythm, _colon, day = when.partition(":")
    try:
        body: Json = {"report_id": visit.record_id, "rhythm": rhythm}
        body |= {"on_day": _number("when", day), "hour": _number("hour", hour)}
        if principal_kind:
            chosen = principal or await named(visit, principal_kind, name.strip())
            body |= {"principal_kind": principal_kind, "principal_id": chosen}
        await visit.api.schedule_report(body, idempotency_key or token_urlsafe(16))
    except (Invalid, Refused) as problem:
        return await _page(visit, problem, problem.status)
    return to(f"/reports/{visit.record_id}/schedules", _("It is sent from now on."))


def _number(where: str, text: str) -> int:
    if not (text.isdecimal() and text.isascii()) or len(text) > 2:  # noqa: PLR2004 - 31 and 23 have two digits
        raise Invalid("", {where: _("Choose one of those offered.")})
    return int(text)


@router.post("/{mark}")
async def mark(
    visit: TheVisit, schedule_id: str, mark: str, back: Annotated[str, Form()] = ""
) -> Response:
    """Leaves a schedule, returns to it or ends it, and goes back to where one was."""
    if mark not in _DONE:
        raise NotFound
    if mark == "end":
        await visit.api.end_schedule(schedule_id)
    else:
        await visit.api.mark_schedule(schedule_id, mark)
    return to(back if back.startswith("/reports/") else "/inbox/choices", _(_DONE[mark]))
