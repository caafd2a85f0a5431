"""Taking in a CSV file: choose it, say what its columns mean, try, run, and read the report."""

import csv
import io
from dataclasses import dataclass

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.entities import Entity
from gateway.web.fields import Field
from gateway.web.visits import Visit, to
from gateway.web.words import _
from kit.errors import Denied, Invalid, NotFound

LARGEST = 20 * 1024 * 1024
SAMPLE = 3
LINE_STATES = ("rejected", "created", "updated", "matched")


@dataclass(frozen=True, slots=True)
class Source:
    """One column of the file with its first values and the field it probably means."""

    column: str
    samples: tuple[str, ...]
    guess: str


async def show_start(visit: Visit) -> Response:
    return _start_page(visit)


def _start_page(visit: Visit, problem: Invalid | None = None) -> Response:
    wanted = visit.catalog.by_name(visit.asked("entity"))
    return visit.page(
        "imports/new.html",
        422 if problem else 200,
        wanted=wanted,
        importable=[entity for entity in visit.catalog if entity.made_by_form],
        problem=problem,
        area="home",
    )


async def upload(visit: Visit) -> Response:
    """Keeps the file and goes on to its columns."""
    data = await visit.request.form()
    entity = _entity(visit, str(data.get("entity", "")))
    file = data.get("file")
    try:
        body = await _read(file)
        _table(body)
    except Invalid as problem:
        return _start_page(visit, problem)
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


def _table(body: bytes) -> tuple[list[str], list[list[str]]]:
    """The heading and the first lines."""
    try:
        text = body[:65_536].decode("utf-8-sig", "strict" if len(body) <= 65_536 else "ignore")  # noqa: PLR2004
    except UnicodeDecodeError:
        raise Invalid(
            file=_("The file is not UTF-8. Save it as “CSV UTF-8” and try again.")
        ) from None
    rows = [row for _, row in zip(range(SAMPLE + 1), csv.reader(io.StringIO(text)), strict=False)]
    if len(rows) < 2:  # noqa: PLR2004 - a heading and a line
        raise Invalid(
            file=_("The file needs a first line with the columns' names, and data below it.")
        )
    return rows[0], rows[1:]


async def show_map(visit: Visit) -> Response:
    return await _map_page(visit, visit.asked("entity"), visit.asked("key"), visit.asked("file"))


async def _map_page(
    visit: Visit, entity_name: str, key: str, file: str, problem: Invalid | None = None
) -> Response:
    entity = _entity(visit, entity_name)
    body = await visit.site.uploads.fetch(key)
    if body is None:
        return _start_page(
            visit, Invalid(file=_("The file was kept for half an hour only. Choose it again."))
        )
    columns, lines = _table(body)
    targets = _targets(visit, entity)
    sources = [_source(column, index, lines, targets) for index, column in enumerate(columns)]
    context = {"key": key, "file": file, "sources": sources, "targets": targets, "problem": problem}
    return visit.page("imports/map.html", 422 if problem else 200, entity=entity, **context)


def _source(
    column: str, index: int, lines: list[list[str]], targets: list[tuple[str, str]]
) -> Source:
    samples = tuple(line[index] for line in lines if index < len(line) and line[index])
    bare = _bare(column)
    alike = (
        path
        for path, label in targets
        if bare in {_bare(label), _bare(path), _bare(path.split(":")[0])}
    )
    return Source(column, samples, next(alike, ""))


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum()).removesuffix("id")


def _targets(visit: Visit, entity: Entity) -> list[tuple[str, str]]:
    """Where a column may go: a field, or a reference found by the name of what it refers to."""
    fields = [
        field for field in entity.fields if field.editable and field.kind not in {"rows", "custom"}
    ]
    return [(_path(visit, field), field.label) for field in fields]


def _path(visit: Visit, field: Field) -> str:
    target = visit.catalog.by_name(field.target) if field.target else None
    return f"{field.name}:{target.title_field}" if target else field.name


async def start(visit: Visit) -> Response:
    data = await visit.request.form()
    key = str(data.get("key", ""))
    body = await visit.site.uploads.fetch(key)
    entity, file = str(data.get("entity", "")), str(data.get("file_name", ""))
    if body is None:
        return await _map_page(visit, entity, key, file)
    plan = _plan(data)
    try:
        started = await visit.api.start_import(plan, body)
    except Invalid as problem:
        return await _map_page(visit, entity, key, file, problem)
    kept = await visit.site.uploads.keep(orjson.dumps(plan)) if plan["dry_run"] else ""
    return to(f"/imports/{started['id']}?key={key}&plan={kept}")


async def start_for_real(visit: Visit) -> Response:
    """What was tried is done, by the very plan that was tried."""
    data = await visit.request.form()
    file, plan = str(data.get("key", "")), str(data.get("plan", ""))
    body, kept = await visit.site.uploads.fetch(file), await visit.site.uploads.fetch(plan)
    if body is None or kept is None:
        gone = _("The file was kept for half an hour only. Choose it again.")
        return _start_page(visit, Invalid(file=gone))
    started = await visit.api.start_import({**orjson.loads(kept), "dry_run": False}, body)
    return to(f"/imports/{started['id']}")


def _plan(data: FormData) -> Json:
    columns = {
        name.removeprefix("column:"): str(value)
        for name, value in data.items()
        if name.startswith("column:") and value
    }
    return {
        "entity": str(data.get("entity", "")),
        "file_name": str(data.get("file_name", "")),
        "columns": columns,
        "values": _values(str(data.get("values", ""))),
        "match": str(data.get("match", "")),
        "dry_run": bool(data.get("dry_run")),
    }


def _values(text: str) -> dict[str, str]:
    """`product_id: GTXPro = GTX Pro`, one on a line, as the plan's map of values."""
    found = {}
    for line in text.splitlines():
        key, sign, value = line.partition("=")
        field, colon, old = key.partition(":")
        if sign and colon:
            found[f"{field.strip()}:{old.strip()}"] = value.strip()
    return found


async def show_import(visit: Visit) -> Response:
    found = await visit.api.imported(visit.request.path_params["import_id"])
    state = visit.asked("state", "rejected")
    lines = await visit.api.import_lines(found["id"], {"state": state, "page_size": "100"})
    entity = visit.catalog.by_name(found["entity"])
    context = {"found": found, "lines": lines["items"], "state": state, "states": LINE_STATES}
    template = "fragments/import.html" if visit.by_htmx else "imports/show.html"
    return visit.page(
        template,
        entity=entity,
        imported=entity,
        key=visit.asked("key"),
        plan=visit.asked("plan"),
        **context,
    )


async def retry(visit: Visit) -> Response:
    """Takes in the rejected lines again with other values."""
    data = await visit.request.form()
    before = await visit.api.imported(visit.request.path_params["import_id"])
    plan = {
        "import_id": before["id"],
        "entity": before["entity"],
        "values": _values(str(data.get("values", ""))),
    }
    started = await visit.api.retry_import(plan)
    return to(f"/imports/{started['id']}")


def _entity(visit: Visit, name: str) -> Entity:
    entity = visit.catalog.by_name(name)
    if entity is None or not entity.may("view"):
        raise NotFound
    if not entity.may("create"):
        raise Denied(f"Your profile does not let you create {entity.plural.lower()}.")
    return entity
