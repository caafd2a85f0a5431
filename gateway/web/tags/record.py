"""The tags in the corner of a record: added by name and taken away where they stand."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from gateway.web.described.fields import Field
from gateway.web.forms.tags import tags_called
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused

router = pages(OF_RECORD)

_MENDABLE = (Conflict, Denied, Invalid, Refused)


@router.post("/tags")
async def change_tags(
    visit: TheVisit,
    record_id: str,
    version: Annotated[int, Form()],
    add: FormText = "",
    remove: FormText = "",
) -> Response:
    """What was added and what was taken away; what cannot be is told above the record."""
    known = _field(visit)
    record = await visit.api.get(visit.entity.slug, record_id)
    called = await tags_called(visit.api, visit.catalog, known, add)
    tags = [each for each in record.get(known.name) or [] if each != remove]
    tags = list(dict.fromkeys((*tags, *called.values)))
    told = called.wrong
    if tags != (record.get(known.name) or []):
        try:
            await visit.api.update(visit.entity.slug, record_id, version, {known.name: tags})
        except _MENDABLE as problem:
            told = next(iter(problem.fields.values()), problem.message)
        else:
            told = told or _("Saved.")
    return to(f"/{visit.entity.slug}/{record_id}?tagged=1", told or _("Nothing was changed."))


def _field(visit: Visit) -> Field:
    """The field with the tags, if there is one that the person may change."""
    entity = visit.entity
    found = next((each for each in entity.fields if each.kind == "tags" and each.editable), None)
    if found is None or not entity.may("edit"):
        raise NotFound
    return found
