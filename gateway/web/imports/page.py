"""Taking in a file: choose it, say what its columns mean, try, run, and read the report."""

import asyncio
from collections.abc import Mapping

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit, to
from gateway.web.imports.elsewhere import Elsewhere
from gateway.web.imports.mapping import Preview, forms_that_fit, grouped, targets_of
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import Denied, Invalid, NotFound
from kit.importing.file import forms
from kit.importing.file.encodings import OFFERED
from kit.importing.file.sheet import DELIMITERS

router = pages()

LARGEST = 20 * 1024 * 1024
_UNSAID: Json = {
    "values": {}, "constants": {}, "match": "", "on_match": "", "skip_without_key": False,
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
    entity = _entity(visit, str(data.get("entity", "")))
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
    return await _map_page(visit, visit.asked("key"), {**about, **plan})


async def _map_page(visit: Visit, key: str, plan: Json, problem: Invalid | None = None) -> Response:
    entity = _entity(visit, plan["entity"])
    body = await visit.site.uploads.fetch(key)
    if body is None:
        return _start_page(visit, entity.name, Invalid(file=_gone()))
    try:
        preview = await _previewed(visit, body, plan)
    except Invalid as unread:
        problem, preview = problem or unread, await _previewed(visit, body)
    targets = targets_of(visit.catalog, entity)
    elsewhere = Elsewhere.of(entity, preview.heading, targets)
    context = {
        "key": key,
        "elsewhere": elsewhere.name,
        "plan": {**_UNSAID, "empty_words": preview.empty_words, **plan},
        "preview": preview,
        "sources": preview.sources(targets, plan, elsewhere.paths),
        "targets": targets,
        "groups": grouped(targets),
        "by_value": [each for each in targets if each.has_value],
        "encodings": OFFERED,
        "delimiters": DELIMITERS,
        "problem": problem,
    }
    return visit.page("imports/map.html", 422 if problem else 200, entity=entity, **context)


async def _previewed(visit: Visit, body: bytes, plan: Json | None = None) -> Preview:
    """In a thread, since a workbook takes a while and others are served meanwhile."""
    return await asyncio.to_thread(Preview.of, body, visit.me.get("locale", ""), plan)


def _gone() -> str:
    return _("The file was kept for half an hour only. Choose it again.")


@router.post("/imports/map")
async def start(visit: TheVisit) -> Response:
    data = await visit.request.form()
    key = str(data.get("key", ""))
    plan = _plan(visit, data)
    body = await visit.site.uploads.fetch(key)
    if body is None or data.get("again"):
        return await _map_page(visit, key, plan)
    try:
        started = await visit.api.start_import(plan, body)
    except Invalid as problem:
        return await _map_page(visit, key, plan, problem)
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


def _plan(visit: Visit, data: FormData) -> Json:
    """What the page about the columns says."""
    entity = _entity(visit, str(data.get("entity", "")))
    columns = _named(data, "column:")
    return {
        "entity": entity.name,
        "file_name": str(data.get("file_name", "")),
        "columns": columns,
        "forms": forms_that_fit(_named(data, "form:"), columns, targets_of(visit.catalog, entity)),
        "values": _values(str(data.get("values", ""))),
        "constants": _constants(str(data.get("constants", ""))),
        **_matched(data),
        "empty_words": _words(str(data.get("empty_words", ""))),
        "skip_without_key": bool(data.get("skip_without_key")),
        "formulas_quoted": bool(data.get("formulas_quoted")),
        "allow_duplicates": bool(data.get("allow_duplicates")),
        "encoding": str(data.get("encoding", "")),
        "delimiter": str(data.get("delimiter", "")),
        "sheet": str(data.get("sheet", "")),
        "dry_run": bool(data.get("dry_run")),
    }


def _matched(data: FormData) -> Json:
    """By which fields records are found, and what is done with those that are."""
    keys = [key for each in data.getlist("match") if (key := str(each))]
    match = "+".join(dict.fromkeys(keys))
    return {"match": match, "on_match": str(data.get("on_match", "")) if match else ""}


def _named(data: FormData, start: str) -> dict[str, str]:
    """What was chosen for each column, under names that begin alike."""
    chosen = ((name, str(value)) for name, value in data.items() if name.startswith(start))
    return {name.removeprefix(start): value for name, value in chosen if value}


def _words(text: str) -> list[str]:
    return [word for each in text.split(",") if (word := each.strip())]


def _values(text: str) -> dict[str, str]:
    """`product_id: GTXPro = GTX Pro`, one on a line, as the plan's map of values."""
    found = {}
    for line in text.splitlines():
        key, sign, value = line.partition("=")
        field, colon, old = key.partition(":")
        if sign and colon:
            found[f"{field.strip()}:{old.strip()}"] = value.strip()
    return found


def _constants(text: str) -> dict[str, str]:
    """`closed_on = 2017-12-31`, one on a line: what every line gets."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, sign, value in pairs if sign and name.strip()}


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
        key=visit.asked("key"),
        plan=visit.asked("plan"),
        **context,
    )


@router.post("/imports/{import_id}/undo")
async def undo(visit: TheVisit, import_id: str, key: FormText = "") -> Response:
    """Takes it back; what becomes of each record is told as of every bulk."""
    return to(f"/bulks/{(await visit.api.undo_import(import_id, key))['id']}")


@router.post("/imports/{import_id}/retry")
async def retry(visit: TheVisit, import_id: str) -> Response:
    """Takes in the rejected lines again with other values."""
    data = await visit.request.form()
    before = await visit.api.imported(import_id)
    plan: Mapping[str, object] = {
        "import_id": before["id"],
        "entity": before["entity"],
        "values": _values(str(data.get("values", ""))),
        "constants": _constants(str(data.get("constants", ""))),
    }
    started = await visit.api.retry_import(dict(plan))
    return to(f"/imports/{started['id']}")


def _entity(visit: Visit, name: str) -> Entity:
    entity = visit.catalog.by_name(name)
    if entity is None or not entity.may("view"):
        raise NotFound
    if not entity.may("import"):
        raise Denied(f"Your profile does not let you import {entity.plural.lower()}.")
    return entity
