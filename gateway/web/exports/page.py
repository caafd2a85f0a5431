"""A list as a file, as the menu above it asks; what goes wrong before the file begins is told in a page."""

from starlette.responses import Response

from gateway.web.frame.visits import Visit
from gateway.web.pages import OF_ENTITY, TheVisit, pages

router = pages(OF_ENTITY)

_ASKED = ("format", "filter", "order_by", "search", "fields", "headings", "choices")


@router.get("/export")
async def export(visit: TheVisit) -> Response:
    return await visit.api.export(visit.entity.slug, _asked(visit))


def _asked(visit: Visit) -> dict[str, str]:
    """Spreadsheets that people open by hand need the mark to read the text as it is."""
    asked = {name: text for name in _ASKED if (text := visit.asked(name))}
    return {**asked, "mark": "true"}
