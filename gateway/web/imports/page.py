"""Taking in a file: choose it, say what its columns mean, try, run, and read the report."""

import asyncio
from collections.abc import Mapping
from secrets import token_urlsafe

import orjson
from starlette.datastructures import UploadFile
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.visits import Visit, to
from gateway.web.imports.asked import constants_of, entity_of, plan_of, values_of
from gateway.web.imports.elsewhere import Elsewhere
from gateway.web.imports.mapping import Preview, TakenAlong, grouped, targets_of, with_paths
from gateway.web.imports.offering import Offer
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import Invalid, Problem
from kit.importing.file import forms
from kit.importing.file.encodings import OFFERED
from kit.importing.file.sheet import DELIMITERS

router = pages()

LARGEST = 20 * 1024 * 1024
_UNSAID: Json = {
    "values": {}, "constants": {}, "related_match": {}, "related_on_match": {},
    "match": "", "on_match": "", "skip_without_key": False,
    "formulas_quoted": False,
    "allow_duplicates": False,
    "encoding": "", "delimiter": "", "sheet": "", "dry_run": True,
}  # fmt: skip
LINE_STATES = ("rejected", "created", "updated", "matched", "skipped")


@router.get("/imports/new")
async def show_start(visit: TheVisit, entity: str = "") -> Response:
    return _start_page(visit, entity)


def _start_page(visit: Visit, entity_name: str, problem: Invalid | None = None) -> Response:
    return visit.page(
        "imports/new.html",
        422 if problem else 200,
        wanted=visit.catalog.by_name(entity_name),
        importable=[entity for entity in visit.catalog if entity.may("import")],
        problem=problem,
        area="home",
    )


@router.post("/imports/new")
async def upload(visit: TheVisit) -> Response:
    """Keeps the file and goes on to its columns."""
    data = await visit.request.form()
    entity = entity_of(visit, str(data.get("entity", "")))
    file = data.get("file")
    try:
        body = await _read(file)
        await _previewed(visit, body)
    except Invalid as problem:
        return _start_page(visit, entity.name, problem)
    key = await visit.site.uploads.keep(body)
    name = file.filename if isinstance(file, UploadFile) else ""
    return to(f"/imports/map?entity={entity.name}&key={key}&file={name}")


async def _read(file: object) -> bytes:
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(file=_("Choose a file: CSV, a workbook (.xlsx), vCard or iCalendar."))
    body = await file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Invalid(
            file=_("The file is larger than 20 MB. Use the command line: rapport import.")
        )
    return body


@router.get("/imports/map")
async def show_map(visit: TheVisit) -> Response:
    """The columns as they are guessed, or as they were chosen for the trial."""
    kept = await visit.site.uploads.fetch(visit.asked("plan")) if visit.asked("plan") else None
    plan = orjson.loads(kept) if kept else {}
    about = {"entity": visit.asked("entity"), "file_name": visit.asked("file")}
    return await map_page(visit, visit.asked("key"), {**about, **plan})


async def map_page(visit: Visit, key: str, plan: Json, problem: Problem | None = None) -> Response:
    """What the columns of a file become, as it is guessed, kept or chosen."""
    entity = entity_of(visit, plan["entity"])
    body = await visit.site.uploads.fetch(key)
    if body is None:
        return _start_page(visit, entity.name, Invalid(file=_gone()))
    try:
        preview = await _previewed(visit, body, plan)
    except Invalid as unread:
        problem, preview = problem or unread, await _previewed(visit, body)
    offer = await Offer.of(visit, entity, preview.heading, plan)
    plan = {**plan, **offer.plan}
    own, along = targets_of(visit.catalog, entity), TakenAlong.of(visit.catalog, entity)
    targets = with_paths([*own, *(path for each in along for path in each.offered())], plan)
    elsewhere = Elsewhere.of(entity, preview.heading, targets)
    context = {
        "key": key,
        "idempotency_key": token_urlsafe(16),
        "offer": offer,
        "elsewhere": "" if offer.applied else elsewhere.name,
        "plan": {**_UNSAID, "empty_words": preview.empty_words, **plan},
        "preview": preview,
        "sources": preview.sources(targets, plan, elsewhere.paths),
        "along": along,
        "groups": grouped(targets),
        "by_value": [each for each in own if each.has_value],
        "encodings": OFFERED,
        "delimiters": DELIMITERS,
        "problem": problem,
    }
    return visit.page(
        "imports/map.html", problem.status if problem else 200, entity=entity, **context
    )


async def _previewed(visit: Visit, body: bytes, plan: Json | None = None) -> Preview:
    """In a thread, since a workbook takes a while and others are served meanwhile."""
    return await asyncio.to_thread(Preview.of, body, visit.me.get("locale", ""), plan)


def _gone() -> str:
    return _("The file was kept for half an hour only. Choose it again.")


@router.post("/imports/map")
async def start(visit: TheVisit) -> Response:
    data = await visit.request.form()
    key = str(data.get("key", ""))
    plan = plan_of(visit, data)
    body = await visit.site.uploads.fetch(key)
    if body is None or data.get("again"):
        return await map_page(visit, key, plan)
    try:
        started = await visit.api.start_import(plan, body)
    except Invalid as problem:
        return await map_page(visit, key, plan, problem)
    kept = await visit.site.uploads.keep(orjson.dumps(plan)) if plan["dry_run"] else ""
    return to(f"/imports/{started['id']}?key={key}&plan={kept}")


@router.post("/imports/real")
async def start_for_real(visit: TheVisit) -> Response:
    """What was tried is done, by the very plan that was tried and the forms that it showed."""
    data = await visit.request.form()
    file, plan = str(data.get("key", "")), str(data.get("plan", ""))
    body, kept = await visit.site.uploads.fetch(file), await visit.site.uploads.fetch(plan)
    if body is None or kept is None:
        return _start_page(visit, "", Invalid(file=_gone()))
    shown = await visit.api.imported(str(data.get("trial", "")))
    guessed = {each["column"]: each["form"] for each in shown.get("guesses", ())}
    tried = orjson.loads(kept)
    real = {**tried, "forms": guessed | tried["forms"], "dry_run": False}
    started = await visit.api.start_import(real, body)
    return to(f"/imports/{started['id']}")


@router.get("/imports/{import_id}")
async def show_import(visit: TheVisit, import_id: str) -> Response:
    found = await visit.api.imported(import_id)
    state = visit.asked("state", "rejected")
    lines = await visit.api.import_lines(found["id"], {"state": state, "page_size": "100"})
    entity = visit.catalog.by_name(found["entity"])
    context = {"found": found, "lines": lines["items"], "state": state, "states": LINE_STATES}
    context |= {"encodings": OFFERED, "days": forms.DAYS, "numbers": forms.NUMBERS}
    template = "fragments/import.html" if visit.by_htmx else "imports/show.html"
    return visit.page(
        template,
        entity=entity,
        imported=entity,
        related=[_told(visit, each) for each in found.get("related", ())],
        catalog=visit.catalog,
        key=visit.asked("key"),
        plan=visit.asked("plan"),
        **context,
    )


def _told(visit: Visit, related: Json) -> Json:
    """An import of what lines take along, with what its records are called."""
    entity = visit.catalog.by_name(related.get("entity", ""))
    return {**related, "label": entity.plural if entity else _("Out of sight")}


@router.post("/imports/{import_id}/undo")
async def undo(visit: TheVisit, import_id: str, key: FormText = "") -> Response:
    """Takes it back; what becomes of each record is told as of every bulk."""
    bulk = await visit.api.undo_import(import_id, key)
    if (await visit.api.imported(import_id)).get("related"):
        return to(f"/imports/{import_id}", _("This is being taken back, entity by entity."))
    return to(f"/bulks/{bulk['id']}")


@router.post("/imports/{import_id}/retry")
async def retry(visit: TheVisit, import_id: str) -> Response:
    """Takes in the rejected lines again with other values."""
    data = await visit.request.form()
    before = await visit.api.imported(import_id)
    plan: Mapping[str, object] = {
        "import_id": before["id"],
        "entity": before["entity"],
        "values": values_of(str(data.get("values", ""))),
        "constants": constants_of(str(data.get("constants", ""))),
    }
    started = await visit.api.retry_import(dict(plan))
    return to(f"/imports/{started['id']}")
