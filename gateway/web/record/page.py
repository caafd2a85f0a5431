"""The page of one record: what it is, what may be done next, what happened, what belongs to it."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.actions import Action
from gateway.web.described.catalog import Related
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.presenting import Cell, Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.inbox.following import followed, followers_of
from gateway.web.lists.page import rows_of
from gateway.web.pages import OF_RECORD, TheVisit, pages
from gateway.web.record import files
from gateway.web.record.highlights import Answers, Highlight, answered, asked
from gateway.web.record.logs import logs_of
from gateway.web.record.notes import few_of, noted
from gateway.web.record.paths import became_of, is_closed, path_of
from gateway.web.record.results import results_of
from gateway.web.record.stream import asked_for, kind_of, streamed
from gateway.web.record.weeks import week_of
from gateway.web.words import _
from kit.errors import NotFound, Problem

router = pages(OF_RECORD)

# Under the title stand as many facts as one takes in at a glance.
FACTS = 3
RELATED_SIZE = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the record page."""

    label: str
    lines: tuple[tuple[Field, Cell], ...]


@router.get("")
async def show_detail(visit: TheVisit) -> Response:
    """One round of questions: everything about the record, with the names of all it mentions."""
    entity, tabs = visit.entity, tabs_of(visit)
    highlights = highlights_of(visit)
    answers = await gather(
        {
            "record": visit.api.get(entity.slug, visit.record_id, WITH_TITLES),
            "timeline": visit.api.timeline(
                entity.slug, visit.record_id, asked_for(visit), kind=kind_of(visit)
            ),
            **few_of(visit),
            **files.few_of(visit),
            **followers_of(visit),
            **asked(highlights, visit),
            **{tab.key: asked_of(visit, tab) for tab in tabs},
        }
    )
    if isinstance(answers["record"], NotFound) and await _is_binned(visit):
        told = _("This %(label)s is in the bin.", label=entity.label.lower())
        return to(f"/{entity.slug}/bin", told)
    record = answer(answers["record"])
    tab = _chosen(visit, tabs, answers)
    titles = titles_in(answers.values())
    cells = {field.name: visit.presenter.cell(field, record, titles) for field in entity.fields}
    said = {name for each in highlights for name in each.says}
    return visit.page(
        [f"{entity.slug}/detail.html", "record/detail.html"],
        entity=entity,
        record=record,
        title=entity.title_of(record, titles),
        facts=_facts(entity, record, cells),
        cells=cells,
        actions=actions_of(visit, record),
        tags_field=next((each for each in entity.fields if each.kind == "tags"), None),
        tagged=bool(visit.asked("tagged")),
        **sections_of(entity, record, cells, said),
        **noted(visit, answers.get("notes")),
        **files.filed(visit, answers.get(files.PLACE)),
        **followed(answers.get("followers"), titles),
        **streamed(visit, answers["timeline"]),
        **_related(visit, tabs, tab, answers, titles),
        **_highlighted(visit, highlights, record, answers, titles),
    )


async def _is_binned(visit: Visit) -> bool:
    """Whether an address that somebody kept leads to a deleted record that he could see."""
    if not visit.entity.has_bin:
        return False
    told = await visit.api.titles(visit.entity.name, [visit.record_id])
    return bool(told.get("states", {}).get(visit.record_id) == "binned")


def highlights_of(visit: Visit) -> list[Highlight]:
    """Everything that this page says before its fields."""
    return [
        *path_of(visit),
        *became_of(visit),
        *results_of(visit),
        *logs_of(visit),
        *week_of(visit),
    ]


def _highlighted(
    visit: Visit, highlights: list[Highlight], record: Json, answers: Answers, titles: Titles
) -> dict[str, Any]:
    shown = (each.shows(visit, record, answers, titles) for each in highlights)
    return {name: value for each in shown for name, value in each.items()}


def actions_of(visit: Visit, record: Json) -> list[Action]:
    """What may be done with the record now."""
    entity = visit.entity
    if not entity.may("edit") or is_closed(entity, record):
        return []
    return [each for each in entity.actions if each.offered(record, visit.asking)]


def _facts(entity: Entity, record: Json, cells: dict[str, Cell]) -> list[tuple[Field, Cell]]:
    named = entity.shown.facts or tuple(field.name for field in entity.listed()[1:])
    fields = (entity.field(name) for name in named)
    shown = [(field, cells[field.name]) for field in fields if field and record.get(field.name)]
    return shown[:FACTS]


def sections_of(
    entity: Entity, record: Json, cells: dict[str, Cell], said: set[str]
) -> dict[str, Any]:
    """The filled fields by section, and the empty ones together: few want to read those."""
    known = {*said, *_untold(entity, record), entity.title_field, "owner_id", "private"}
    fields = [
        field for field in entity.own_fields() if field.name not in known and field.kind != "tags"
    ]
    filled = [field for field in fields if not cells[field.name].empty]
    empty = [field for field in fields if cells[field.name].empty and field.kind != "custom"]
    parts = [
        Part(label, tuple((field, cells[field.name]) for field in inside))
        for label, inside in entity.sections(filled).items()
    ]
    return {"parts": parts, "empty_fields": empty}


def _untold(entity: Entity, record: Json) -> Iterator[str]:
    """What other values say already: an amount its currency, a link what it leads to."""
    for field in entity.fields:
        if field.kind == "money" and record.get(field.name) is not None:
            yield field.currency_field
        if record.get(field.name):
            yield _names_an_entity(entity, field)


def _names_an_entity(entity: Entity, field: Field) -> str:
    """The field beside a reference that only says what kind of record it leads to."""
    beside = entity.field(field.target_field)
    return beside.name if beside and not field.targets else ""


def tabs_of(visit: Visit) -> list[Related]:
    """Who points at such a record: first what cannot be without it, then in the order of entities."""
    return sorted(visit.catalog.related(visit.entity), key=lambda tab: not tab.field.required)


def tab_label(entity: Entity, tab: Related) -> str:
    """Records below another of their kind go by what they are there."""
    usual = "Parts" if tab.entity.name == entity.name else tab.entity.plural
    return tab.entity.shown.tabs.get(tab.field.name) or usual


def _chosen(visit: Visit, tabs: list[Related], answers: Answers) -> Related | None:
    """The tab that the address names, else the first with something in it."""
    asked = visit.asked("tab")
    named = (tab for tab in tabs if tab.key == asked)
    filled = (tab for tab in tabs if answered(answers, tab.key))
    return next(named, None) or next(filled, None) or (tabs[0] if tabs else None)


def _columns(tab: Related) -> list[Field]:
    """What the page's own record is not: where it names the others, none of what they go by."""
    naming = [field.name for field in tab.entity.naming()]
    known = {tab.field.name, *(naming if tab.field.name in naming else ())}
    return [field for field in tab.entity.listed() if field.name not in known][:6]


def asked_of(visit: Visit, tab: Related) -> Awaitable[Json]:
    asked = {
        "filter": tab.filter(visit.record_id),
        "page_size": str(RELATED_SIZE),
        "count": "true",
        **WITH_TITLES,
    }
    return visit.api.list(tab.entity.slug, asked)


def _related(
    visit: Visit, tabs: list[Related], tab: Related | None, answers: Answers, titles: Titles
) -> dict[str, Any]:
    """The tabs below a record with their counts, and the rows of the open one."""
    counts = {each.key: _count(answers.get(each.key)) for each in tabs}
    if tab is None:
        return {"tabs": [], "tab": None}
    page, fields = answers[tab.key], _columns(tab)
    stopped = page if isinstance(page, Problem) else None
    records = [] if isinstance(page, Problem) else page["items"]
    return {
        "tabs": [(each, tab_label(visit.entity, each), counts[each.key]) for each in tabs],
        "tab": tab,
        "related": rows_of(tab.entity, fields, records, visit.presenter, titles),
        "related_page": {} if isinstance(page, Problem) else page.get("page", {}),
        "related_fields": fields,
        "related_problem": stopped,
    }


def _count(page: Json | Problem | None) -> str:
    if page is None or isinstance(page, Problem) or not page.get("page", {}).get("total"):
        return ""
    return f"{page['page']['total']}{'+' if page['page'].get('total_capped') else ''}"


@router.get("/related/{tab}")
async def show_related(visit: TheVisit, tab: str) -> Response:
    """The related records with one tab open, as a fragment."""
    tabs = tabs_of(visit)
    opened = next((each for each in tabs if each.key == tab), None)
    if opened is None:
        raise NotFound
    answers: Answers = await gather({each.key: asked_of(visit, each) for each in tabs})
    titles = titles_in([answers[tab]])
    return visit.page(
        "fragments/related.html",
        entity=visit.entity,
        record={"id": visit.record_id},
        **_related(visit, tabs, opened, answers, titles),
    )
