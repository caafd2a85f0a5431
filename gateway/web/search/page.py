"""Finding things: type-ahead for references, the command menu, and the search page."""

from dataclasses import dataclass

from starlette.responses import Response

from gateway.web.forms.form import candidates
from gateway.web.frame.gather import gather
from gateway.web.frame.visits import Visit
from gateway.web.pages import TheVisit, pages
from gateway.web.words import _
from kit.errors import Problem

router = pages()


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    icon: str
    label: str
    href: str
    kind: str


@router.get("/web/lookup")
async def look_up(visit: TheVisit, entity: str = "", q: str = "") -> Response:
    """The options under a reference input, as a fragment."""
    found = await candidates(visit.api, visit.catalog, entity, q.strip())
    return visit.page(
        "fragments/lookup.html",
        options=found,
        target=visit.catalog.by_name(entity),
        q=q,
    )


@router.get("/web/commands")
async def commands(visit: TheVisit, q: str = "") -> Response:
    """What the command menu offers for the words typed so far, as a fragment."""
    words = q.strip()
    pages = [hit for hit in _pages(visit) if words.lower() in hit.label.lower()]
    records = await _records(visit, words, 4) if len(words) > 1 else []
    return visit.page("fragments/commands.html", records=records, pages=pages[:12], q=words)


@router.get("/search")
async def search(visit: TheVisit, q: str = "") -> Response:
    words = q.strip()
    hits = await _records(visit, words, 10) if words else []
    return visit.page("search.html", q=words, hits=hits)


def _pages(visit: Visit) -> list[Hit]:
    places = [place for section in visit.rail for place in section.places]
    pages = [Hit(place.icon, place.label, place.href, "Page") for place in places]
    makeable = [entity for entity in visit.catalog if entity.made_by_form]
    return [
        *pages,
        *(
            Hit("plus", _("New %(label)s", label=each.label.lower()), f"/{each.slug}/new", "Action")
            for each in makeable
        ),
    ]


async def _records(visit: Visit, words: str, most: int) -> list[Hit]:
    entities = [each for each in visit.catalog if each.shown.sought and each.may("view")]
    asked = {
        entity: visit.api.list(
            entity.slug,
            {"search": words, "page_size": str(most), "fields": f"id,{entity.title_field}"},
        )
        for entity in entities
    }
    answers = await gather(asked, seconds=2.0)
    return [
        Hit(
            entity.shown.icon,
            entity.title_of(record),
            f"/{entity.slug}/{record['id']}",
            entity.label,
        )
        for entity, page in answers.items()
        if not isinstance(page, Problem)
        for record in page["items"]
    ]
