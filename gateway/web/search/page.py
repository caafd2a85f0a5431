"""Finding things: type-ahead for references, the command menu, and the page of the search over everything."""

from urllib.parse import urlencode

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.forms.form import candidates
from gateway.web.frame.visits import Visit
from gateway.web.pages import TheVisit, pages
from gateway.web.search.hits import KINDS, RECORD, Hit, shown
from gateway.web.words import _
from kit.errors import Invalid

router = pages()

_FEW, _MOST = 12, 50
_NOTHING: Json = {"items": [], "capped": False, "stopped": []}


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
    records = await _records(visit, words) if len(words) > 1 else []
    return visit.page("fragments/commands.html", records=records, pages=pages[:12], q=words)


@router.get("/search")
async def search(visit: TheVisit) -> Response:
    """Everything that has the words, or what of it is of one kind, or in one place."""
    words, place = visit.asked("q").strip(), visit.asked("in")
    entity = visit.catalog.by_slug(visit.asked("of"))
    narrowed = {"of": entity.slug if entity else "", "in": place if place in KINDS else ""}
    found = _NOTHING
    if words:
        name = entity.name if entity else ""
        found = await visit.api.search(words, _MOST, name, narrowed["in"])
    return visit.page(
        "search.html",
        area="search",
        q=words,
        of=narrowed["of"],
        place=narrowed["in"],
        places=_places(words, narrowed),
        offered=[each for each in visit.catalog if each.may("view") and is_searched(each)],
        hits=list(shown(visit, found["items"], words)),
        capped=found["capped"],
        stopped=found["stopped"],
    )


def _places(words: str, narrowed: dict[str, str]) -> list[tuple[str, str, bool]]:
    """A tab for each place in which words are found, as the rest of the question stands."""

    def address(place: str) -> str:
        asked = {"q": words, **narrowed, "in": place}
        return f"/search?{urlencode({name: each for name, each in asked.items() if each})}"

    everywhere = (_("Everything"), address(""), not narrowed["in"])
    named = ((_(label), address(place), narrowed["in"] == place) for place, label in KINDS.items())
    return [everywhere, *named]


def is_searched(entity: Entity) -> bool:
    """Whether the search over everything looks into an entity unasked."""
    return entity.shown.sought or entity.takes_notes


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


async def _records(visit: Visit, words: str) -> list[Hit]:
    """The few records that the command menu offers; while no service answers it offers pages alone."""
    try:
        found = await visit.api.search(words, _FEW, place=RECORD)
    except Invalid:
        return []
    return list(shown(visit, found["items"], words))
