"""The page of one record: what it is, what may be done next, what happened, what belongs to it."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.entities import Entity, Field, Related
from gateway.web.filtering import joined
from gateway.web.lists import rows_of
from gateway.web.presenting import Cell
from gateway.web.references import titles_for
from gateway.web.timeline import Moment, moments
from gateway.web.together import together
from gateway.web.verbs import actions_of
from gateway.web.visits import Visit
from kit.errors import NotFound, Problem

# The facts beside the title: the first three of these kinds that the record has.
FACTS = {
    "sales.Opportunity": ("amount", "stage_id", "expected_close_on"),
    "parties.Account": ("status", "industry", "phone"),
    "parties.Contact": ("account_id", "job_title", "email"),
    "parties.Lead": ("status", "company", "email"),
    "helpdesk.Ticket": ("status", "priority", "account_id"),
    "campaigns.Campaign": ("status", "won_amount", "return_on_investment"),
    "scheduling.Activity": ("status", "starts_at", "account_id"),
}
RELATED_SIZE = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the record page."""

    label: str
    lines: tuple[tuple[Field, Cell], ...]


async def show_detail(visit: Visit) -> Response:
    entity = visit.entity
    answers = await together(
        {
            "record": visit.api.get(entity.slug, visit.record_id),
            "history": visit.api.history(entity.slug, visit.record_id, {"page_size": "30"}),
        }
    )
    record, history = answers["record"], answers["history"]
    if isinstance(record, Problem):
        raise record
    titles = await titles_for(visit.api, entity.fields, [record])
    cells = {field.name: visit.presenter.cell(field, record, titles) for field in entity.fields}
    return visit.page(
        [f"{entity.slug}/detail.html", "record/detail.html"],
        entity=entity,
        record=record,
        title=entity.title_of(record),
        facts=_facts(entity, record, cells),
        parts=_parts(entity, cells),
        cells=cells,
        actions=actions_of(entity, record),
        **await _timeline(visit, history),
        **await _related(visit, record),
    )


def _facts(entity: Entity, record: Json, cells: dict[str, Cell]) -> list[tuple[Field, Cell]]:
    named = FACTS.get(entity.name) or tuple(field.name for field in entity.listed()[1:])
    fields = (entity.field(name) for name in named)
    shown = [(field, cells[field.name]) for field in fields if field and record.get(field.name)]
    return shown[:3]


def _parts(entity: Entity, cells: dict[str, Cell]) -> list[Part]:
    fields = [
        field
        for field in entity.own_fields()
        if field.name not in {entity.title_field, "owner_id"} and field.kind != "custom"
    ]
    sections = entity.sections(fields)
    return [
        Part(label, tuple((field, cells[field.name]) for field in inside))
        for label, inside in sections.items()
    ]


async def _timeline(visit: Visit, history: Json | Problem) -> dict[str, Any]:
    if isinstance(history, Problem):
        return {"moments": [], "timeline_problem": history}
    found: list[Moment] = await moments(visit, visit.entity, history["items"])
    return {"moments": found, "timeline_problem": None}


async def _related(visit: Visit, record: Json) -> dict[str, Any]:
    """The tabs below a record; the open one is filled at once, the others when asked for."""
    tabs = tabs_of(visit)
    asked = visit.asked("tab")
    chosen = next((tab for tab in tabs if tab.key == asked), tabs[0] if tabs else None)
    content = await related_rows(visit, chosen, record["id"]) if chosen else {}
    return {"tabs": tabs, "tab": chosen, **content}


def tabs_of(visit: Visit) -> list[Related]:
    """Who points at such a record; activities may be about any."""
    tabs = visit.catalog.related(visit.entity)
    activity = visit.catalog.by_name("scheduling.Activity")
    about = activity.field("related_id") if activity else None
    pointing = {tab.entity.name for tab in tabs}
    if activity and about and activity.may("view") and activity.name not in pointing:
        tabs.append(Related(activity, about))
    return tabs


async def related_rows(visit: Visit, tab: Related, record_id: str) -> dict[str, Any]:
    fields = [field for field in tab.entity.listed() if field.name != tab.field.name][:6]
    asked = {
        "filter": related_filter(tab, record_id),
        "page_size": str(RELATED_SIZE),
        "count": "true",
    }
    answers = await together({"page": visit.api.list(tab.entity.slug, asked)})
    page = answers["page"]
    if isinstance(page, Problem):
        return {
            "related": [],
            "related_page": {},
            "related_fields": fields,
            "related_problem": page,
        }
    titles = await titles_for(visit.api, fields, page["items"])
    rows = rows_of(tab.entity, fields, page["items"], visit.presenter, titles)
    return {
        "related": rows,
        "related_page": page.get("page", {}),
        "related_fields": fields,
        "related_problem": None,
    }


def related_filter(tab: Related, record_id: str) -> str:
    return joined([f'{tab.field.name} = "{record_id}"'])


async def show_related(visit: Visit) -> Response:
    """One tab of related records, as a fragment."""
    wanted = visit.request.path_params["tab"]
    tabs = tabs_of(visit)
    tab = next((each for each in tabs if each.key == wanted), None)
    if tab is None:
        raise NotFound
    content = await related_rows(visit, tab, visit.record_id)
    record = {"id": visit.record_id}
    return visit.page(
        "fragments/related.html", entity=visit.entity, record=record, tab=tab, tabs=tabs, **content
    )


async def show_history(visit: Visit) -> Response:
    """The next page of a record's history, as a fragment."""
    asked = {"page_size": "30", "page_token": visit.asked("page_token")}
    page = await visit.api.history(visit.entity.slug, visit.record_id, asked)
    found = await moments(visit, visit.entity, page["items"])
    return visit.page(
        "fragments/history.html",
        entity=visit.entity,
        moments=found,
        next_token=page.get("page", {}).get("next_page_token", ""),
        record={"id": visit.record_id},
    )
