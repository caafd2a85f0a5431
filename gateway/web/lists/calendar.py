"""A list as a month: each record on its day, a grid where there is room and a list of days where not."""

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton, get_day_names

from gateway.web.api import Json
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Presenter
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit
from gateway.web.lists.filtering import joined
from gateway.web.lists.wanted import Wanted
from gateway.web.views.saved import CALENDAR, TABLE

KINDS = frozenset({"date", "instant"})
MOST = "200"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record on its day."""

    title: str
    href: str
    time: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; days of the months beside fill its first and its last week."""

    number: int
    label: str
    within: bool
    is_today: bool
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a list, with the addresses of those beside it."""

    title: str
    field: Field
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[Day]]
    before: str
    after: str
    today: str
    # How many records stand in it.
    entries: int
    # Where the rest stands, when there is more than a page has room for.
    rest: str = ""


def day_field(wanted: Wanted) -> Field | None:
    """The field whose day counts: the view's, the entity's own, or else the first that people see."""
    entity = wanted.entity
    told = entity.shown.calendar.starts if entity.shown.calendar else ""
    named = (entity.field(wanted.question.group_by), entity.field(told))
    found = (*named, *entity.listed(), *entity.own_fields())
    return next((field for field in found if field and field.kind in KINDS), None)


def asked_rows(visit: Visit, wanted: Wanted) -> dict[str, str]:
    """What the list is asked for in its shape: a page of rows, or all of a month."""
    field = day_field(wanted)
    if wanted.shape != CALENDAR or not field:
        return wanted.params()
    asked = {"filter": _within(visit.presenter, wanted, field), "search": wanted.search}
    sent = {name: value for name, value in asked.items() if value}
    return {**sent, "order_by": field.name, "page_size": MOST, **WITH_TITLES}


def month_of(visit: Visit, wanted: Wanted, page: Json) -> Month | None:
    """The month with its records, or nothing where the list has another shape."""
    field, present = day_field(wanted), visit.presenter
    if wanted.shape != CALENDAR or not field:
        return None
    first, found = _first(present, wanted), _by_day(present, wanted, field, page)
    # An address of the table says the month as a condition.
    rest = wanted.url(shape=TABLE, month="", filter=_within(present, wanted, field, own=True))
    weeks = Weeks(present.locale.first_week_day).monthdatescalendar(first.year, first.month)
    return Month(
        format_skeleton("yMMMM", first, locale=present.locale),
        field,
        _weekdays(present),
        [[_day(present, first, day, found.get(day, ())) for day in week] for week in weeks],
        wanted.url(month=f"{first - timedelta(days=1):%Y-%m}"),
        wanted.url(month=f"{_next(first):%Y-%m}"),
        wanted.url(month=""),
        sum(map(len, found.values())),
        rest if page.get("page", {}).get("next_page_token") else "",
    )


def _within(present: Presenter, wanted: Wanted, field: Field, *, own: bool = False) -> str:
    first = _first(present, wanted)
    asked = wanted.filter if own else wanted.all_filters
    bounds = f"{field.name} >= {first} AND {field.name} < {_next(first)}"
    return joined([f"({asked})" if asked else "", bounds])


def _first(present: Presenter, wanted: Wanted) -> date:
    """The first day of the month in the address; of this one where it names none."""
    now = present.now().date().replace(day=1)
    try:
        named = date.fromisoformat(f"{wanted.month}-01")
    except ValueError:
        return now
    # The months beside the first and the last that there are would be none.
    return named if date.min.year < named.year < date.max.year else now


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _by_day(
    present: Presenter, wanted: Wanted, field: Field, page: Json
) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = {}
    titles = titles_in([page])
    for record in page["items"]:
        text = str(record.get(field.name) or "")
        moment = present.local(text) if field.kind == "instant" else None
        day = moment.date() if moment else date.fromisoformat(text[:10])
        time = present.time(text) if moment else ""
        title = wanted.entity.title_of(record, titles)
        entry = Entry(title, f"/{wanted.entity.slug}/{record['id']}", time)
        found.setdefault(day, []).append(entry)
    return found


def _day(present: Presenter, first: date, day: date, entries: Sequence[Entry]) -> Day:
    label = format_skeleton("yMMMMEEEEd", day, locale=present.locale)
    today = day == present.now().date()
    return Day(day.day, label, day.month == first.month, today, entries)


def _weekdays(present: Presenter) -> list[str]:
    names = get_day_names("abbreviated", locale=present.locale)
    start = present.locale.first_week_day
    return [names[(start + place) % 7] for place in range(7)]
