"""Taking in a CSV file: choose it, say what its columns mean, try, run, and read the report."""

from collections.abc import Mapping

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit, to
from gateway.web.imports.mapping import Preview, forms_that_fit, grouped, targets_of
from gateway.web.pages import TheVisit, pages
from gateway.web.words import _
from kit.errors import Denied, Invalid, NotFound
from kit.importing.file import forms
from kit.importing.file.encodings import OFFERED
from kit.importing.file.sheet import DELIMITERS

router = pages()

LARGEST = 20 * 1024 * 1024
_UNSAID: Json = {
    "values": {}, "constants": {}, "match": "", "skip_without_key": False,
    "formulas_quoted": False,
    "allow_duplicates": False,
    "encoding": "", "delimiter": "", "dry_run": True,
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
        Preview.of(body, visit.me.get("locale", ""))
    except Invalid as problem:
        return _start_page(visit, entity.name, problem)
    key = await visit.site.uploads.keep(body)
    name = file.filename if isinstance(file, UploadFile) else ""
    return to(f"/imports/map?entity={entity.name}&key={key}&file={name}")


async def _read(file: object) -> bytes:
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(file=_("Choose a CSV file."))
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
    locale = visit.me.get("locale", "")
    try:
        preview = Preview.of(body, locale, plan.get("encoding", ""), plan.get("delimiter", ""))
    except Invalid as unread:
        problem, preview = problem or unread, Preview.of(body, locale)
    targets = targets_of(visit.catalog, entity)
    context = {
        "key": key,
        "plan": {**_UNSAID, "empty_words": preview.empty_words, **plan},
        "preview": preview,
        "sources": preview.sources(targets, plan),
        "targets": targets,
        "groups": grouped(targets),
        "encodings": OFFERED,
        "delimiters": DELIMITERS,
        "problem": problem,
    }
    return visit.page("imports/map.html", 422 if problem else 200, entity=entity, **context)


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
        "match": str(data.get("match", "")),
        "empty_words": _words(str(data.get("empty_words", ""))),
        "skip_without_key": bool(data.get("skip_without_key")),
        "formulas_quoted": bool(data.get("formulas_quoted")),
        "allow_duplicates": bool(data.get("allow_duplicates")),
        "encoding": str(data.get("encoding", "")),
        "delimiter": str(data.get("delimiter", "")),
        "dry_run": bool(data.get("dry_run")),
    }


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
