"""What a record page says first about some entities: a path, the figures, a week of bookings."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from gateway.web.api import Json
from gateway.web.entities import Field
from gateway.web.presenting import Presenter, Titles, label_of
from gateway.web.references import Wanted, collect
from gateway.web.visits import Visit
from kit.errors import Problem

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: where the record was, is or will be."""

    label: str
    state: str
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A deal entered a stage."""

    at: str
    who: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """The questions behind one kind of page's first words, and the words."""

    asks: Callable[[Visit], dict[str, Awaitable[Json]]]
    shows: Callable[[Visit, Json, Answers, Titles], dict[str, Any]]
    names: Callable[[Answers, Wanted], None] = lambda _, __: None
    says: tuple[str, ...] = ()


def answered(answers: Answers, name: str) -> list[Json]:
    """The items of an answer; none while its service is stopped."""
    found = answers.get(name)
    return [] if found is None or isinstance(found, Problem) else list(found["items"])


def _stages_asked(visit: Visit) -> dict[str, Awaitable[Json]]:
    about = f'opportunity_id = "{visit.record_id}"'
    return {
        "stages": visit.api.list("stages", {"order_by": "position", "page_size": "50"}),
        "log": visit.api.list(
            "stage-changes", {"filter": about, "order_by": "at desc", "page_size": "50"}
        ),
    }


LOGGED = (
    Field("by", "By", "actor", target="identity.Person"),
    Field("from_stage_id", "From", "reference", target="sales.Stage"),
    Field("to_stage_id", "To", "reference", target="sales.Stage"),
)


def _stages_named(answers: Answers, wanted: Wanted) -> None:
    collect(LOGGED, answered(answers, "log"), wanted)


def _stages_shown(visit: Visit, record: Json, answers: Answers, titles: Titles) -> dict[str, Any]:
    stages = answered(answers, "stages")
    log = [_passage(visit.presenter, row, titles) for row in answered(answers, "log")]
    return {"path_label": "Stage", "steps": _stage_path(visit, record, stages), "passages": log}


def _stage_path(visit: Visit, record: Json, stages: list[Json]) -> list[Step]:
    """Open stages in order and then the end: the one it had, or the one that is hoped for."""
    outcome = record.get("outcome") or "open"
    end = outcome if outcome != "open" else "won"
    shown = [stage for stage in stages if stage.get("outcome", "open") in ("open", end)]
    at = next((i for i, stage in enumerate(shown) if stage["id"] == record.get("stage_id")), -1)
    movable = outcome == "open" and bool(visit.entity.may("edit"))
    return [_stage(record, stage, index - at, movable=movable) for index, stage in enumerate(shown)]


def _stage(record: Json, stage: Json, distance: int, *, movable: bool) -> Step:
    ended = stage.get("outcome", "open")
    verb = "win" if ended == "won" else f"move-stage?stage_id={stage['id']}"
    href = f"/opportunities/{record['id']}/do/{verb}" if movable and distance else ""
    return Step(stage["name"], _state(distance), href, "" if ended == "open" else ended)


def _state(distance: int) -> str:
    return "done" if distance < 0 else "ahead" if distance else "current"


def _passage(present: Presenter, row: Json, titles: Titles) -> Passage:
    by, before, after = (present.cell(field, row, titles).text for field in LOGGED)
    return Passage(row.get("at") or "", by, before, after, row.get("reason") or "")


def nothing_asked(_: Visit) -> dict[str, Awaitable[Json]]:
    return {}


def _status_shown(*names: str) -> Callable[[Visit, Json, Answers, Titles], dict[str, Any]]:
    """The statuses that lead to the end; any other one stands last, where it broke off."""

    def shows(visit: Visit, record: Json, _: Answers, __: Titles) -> dict[str, Any]:
        field, now = visit.entity.field("status"), str(record.get("status") or "")
        if field is None:
            return {}
        ways = [name for name in names if any(each.value == name for each in field.options)]
        if now and now not in ways:
            ways = [*ways[:-1], now]
        at = ways.index(now) if now else -1
        path = [Step(label_of(field, each), _state(i - at)) for i, each in enumerate(ways)]
        return {"path_label": field.label, "steps": path}

    return shows


def _became(visit: Visit, record: Json, _: Answers, titles: Titles) -> dict[str, Any]:
    """The lead's path, or what it became."""
    if not record.get("converted_at"):
        return _status_shown("new", "working", "qualified")(visit, record, {}, titles)
    names = ("account_id", "contact_id", "opportunity_id")
    fields = [field for name in names if (field := visit.entity.field(name)) and record.get(name)]
    return {"became": [(field, visit.presenter.cell(field, record, titles)) for field in fields]}


# Fields that the figures say already.
RESULTS = (
    "won_amount", "won_count", "opportunity_count", "won_by_currency", "return_on_investment",
    "profit", "cost_per_customer", "member_count", "responded_count", "actual_cost",
)  # fmt: skip


def _results(visit: Visit, record: Json, _: Answers, __: Titles) -> dict[str, Any]:
    """What the campaign brought, as figures; those that are not known yet stay away."""
    present, currency = visit.presenter, record.get("currency")

    def money(name: str) -> str:
        return present.money(record[name], currency) if record.get(name) is not None else ""

    back = record.get("return_on_investment")
    opened = f"{present.number(record.get('opportunity_count') or 0)}"
    answers = present.number(record.get("responded_count") or 0)
    shown = [
        ("Won value", money("won_amount"), f"{record.get('won_count') or 0} / {opened}"),
        ("Return on investment", f"{present.number(back)} %" if back is not None else "", ""),
        ("Profit", money("profit"), money("actual_cost")),
        ("Cost of a new customer", money("cost_per_customer"), ""),
        ("Members", present.number(record.get("member_count") or 0), answers),
    ]
    notes = {"Won value": "won of all opportunities", "Profit": "spent", "Members": "have answered"}
    others = [row for row in record.get("won_by_currency") or [] if row.get("currency") != currency]
    return {
        "results": [(name, text, f"{note} {notes.get(name, '')}".strip() if note else "")
                    for name, text, note in shown if text],
        "won_elsewhere": [present.money(row.get("amount"), row.get("currency")) for row in others],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a resource: what it is booked for, and when."""

    label: str
    is_today: bool
    bookings: tuple[Json, ...]
    bars: tuple[tuple[float, float], ...]


DAYS = 7
HOURS = 24.0


def _monday(visit: Visit) -> date:
    try:
        wanted = date.fromisoformat(visit.asked("week"))
    except ValueError:
        wanted = visit.presenter.now().date()
    return wanted - timedelta(days=wanted.weekday())


def _week_asked(visit: Visit) -> dict[str, Awaitable[Json]]:
    monday = _midnight(visit.presenter, _monday(visit))
    sunday = _midnight(visit.presenter, _monday(visit) + timedelta(days=DAYS))
    within = (
        f'resource_id = "{visit.record_id}" AND status = "booked" '
        f'AND starts_at < "{sunday.isoformat()}" AND ends_at > "{monday.isoformat()}"'
    )
    asked = {"filter": within, "order_by": "starts_at", "page_size": "200"}
    return {"week": visit.api.list("bookings", asked)}


def _midnight(present: Presenter, day: date) -> datetime:
    return datetime.combine(day, time(), present.zone)


def _week_shown(visit: Visit, _: Json, answers: Answers, __: Titles) -> dict[str, Any]:
    monday, bookings = _monday(visit), answered(answers, "week")
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    return {
        "week": [_day(visit.presenter, day, bookings) for day in days],
        "weeks": ((monday - timedelta(days=DAYS)).isoformat(),
                  (monday + timedelta(days=DAYS)).isoformat()),
        "week_stopped": isinstance(answers.get("week"), Problem),
    }  # fmt: skip


def _day(present: Presenter, day: date, bookings: list[Json]) -> Day:
    begin, end = _midnight(present, day), _midnight(present, day + timedelta(days=1))
    found, bars = [], []
    for booking in bookings:
        start, stop = present.local(booking["starts_at"]), present.local(booking["ends_at"])
        if start and stop and start < end and stop > begin:
            found.append(booking)
            hours = [
                (max(begin, min(at, end)) - begin) / timedelta(hours=1) for at in (start, stop)
            ]
            bars.append(
                (round(hours[0] / HOURS * 100, 1), round((hours[1] - hours[0]) / HOURS * 100, 1))
            )
    label = present.weekday(day)
    return Day(label, day == present.now().date(), tuple(found), tuple(bars))


HIGHLIGHTS: dict[str, Highlight] = {
    "sales.Opportunity": Highlight(_stages_asked, _stages_shown, _stages_named),
    "helpdesk.Ticket": Highlight(
        nothing_asked, _status_shown("new", "open", "waiting", "resolved", "closed")
    ),
    "parties.Lead": Highlight(nothing_asked, _became),
    "campaigns.Campaign": Highlight(nothing_asked, _results, says=RESULTS),
    "scheduling.Activity": Highlight(
        nothing_asked, _status_shown("planned", "in progress", "done")
    ),
    "scheduling.Resource": Highlight(_week_asked, _week_shown),
}
PLAIN = Highlight(nothing_asked, lambda _, __, ___, ____: {})


def highlight_of(entity: str) -> Highlight:
    return HIGHLIGHTS.get(entity, PLAIN)
