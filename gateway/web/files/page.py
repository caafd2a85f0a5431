"""The pages of files: all of a record, and one with its preview, its versions and who opened it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Form
from starlette.datastructures import UploadFile
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, FormText, TheVisit, pages
from gateway.web.record.files import MANY, PLACE, filed, shown, size_of
from gateway.web.record.timeline import who
from gateway.web.words import _
from kit.errors import Conflict, Denied, Invalid, Problem

router = pages(OF_RECORD)

Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
"""What the file was when the form was filled with it."""
_PIECE = 256 * 1024
TEXT_BYTES = 64 * 1024
"""As much of a text is shown."""
PICTURE_BYTES = 25 * 1024 * 1024
"""A larger picture or document is downloaded: a page that loads it would seem to hang."""
HOW = {"downloaded": "downloaded it", "looked_at": "looked at it"}
_MENDABLE = (Invalid, Conflict, Denied)


@router.get("/files")
async def show_files(visit: TheVisit) -> Response:
    return await _files_page(visit)


async def _files_page(visit: Visit, problem: Problem | None = None) -> Response:
    """All files of a record, the newest first; what could not be kept is told above."""
    entity = visit.entity
    asked = {"page_size": MANY, "page_token": visit.asked("page_token"), **WITH_TITLES}
    answers = await gather(
        {
            "record": visit.api.get(entity.slug, visit.record_id),
            PLACE: visit.api.file_page(entity.slug, visit.record_id, asked),
        }
    )
    record = answer(answers["record"])
    return visit.page(
        "fragments/files.html" if visit.by_htmx else "record/files.html",
        problem.status if problem else 200,
        problem=problem,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        **filed(visit, answer(answers[PLACE])),
    )


@router.post("/files")
async def put_files(visit: TheVisit) -> Response:
    """What a form brings where no script does."""
    try:
        await _put(visit, (visit.record_id, ""))
    except _MENDABLE as problem:
        return await _files_page(visit, problem)
    return to(_address(visit), _("The files were kept."), place=PLACE)


@router.post("/files/{file_id}/versions")
async def put_version(visit: TheVisit, file_id: str) -> Response:
    try:
        await _put(visit, (visit.record_id, file_id))
    except _MENDABLE as problem:
        return await _file_page(visit, file_id, problem)
    return to(f"{_address(visit)}/files/{file_id}", _("The version was kept."))


async def _put(visit: Visit, named: tuple[str, str]) -> None:
    form = await visit.request.form(max_files=20, max_fields=4)
    files = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
    files = [each for each in files if each.filename]
    if not files:
        raise Invalid(file=_("Choose a file first."))
    for each in files:
        await visit.api.put_file(visit.entity.slug, named, each.filename or "", _pieces(each))


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


@router.get("/files/{file_id}")
async def show_file(visit: TheVisit, file_id: str) -> Response:
    return await _file_page(visit, file_id)


async def _file_page(
    visit: Visit, file_id: str, problem: Problem | None = None, typed: str = ""
) -> Response:
    """A file with what can be shown of it; what could not be done is told above."""
    entity, named = visit.entity, (visit.record_id, file_id)
    asked = {"page_size": MANY, **WITH_TITLES}
    answers = await gather(
        {
            "record": visit.api.get(entity.slug, visit.record_id),
            "file": visit.api.file(entity.slug, named),
            "versions": visit.api.file_versions(entity.slug, named, asked),
            "openings": visit.api.file_openings(entity.slug, named, asked),
        }
    )
    record, file = answer(answers["record"]), answer(answers["file"])
    versions, openings = answer(answers["versions"]), answer(answers["openings"])
    titles = titles_in([versions, openings])
    (one,) = shown(visit, [file], titles)
    return visit.page(
        "record/file.html",
        problem.status if problem else 200,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        file=one,
        content=f"/api/v1{one.address}/content",
        preview=_preview_of(file),
        text=await _text(visit, file, named),
        versions=[
            (each, who(each["actor"], titles), size_of(each["size"])) for each in versions["items"]
        ],
        openings=[
            (each, who(each["actor"], titles), _(HOW.get(each["how"], each["how"])))
            for each in openings["items"]
        ],
        problem=problem,
        typed=typed or file["name"],
        **filed(visit, None),
    )


def _preview_of(file: Json) -> str:
    kind = str(file.get("preview", ""))
    return "" if kind != "text" and file["size"] > PICTURE_BYTES else kind


async def _text(visit: Visit, file: Json, named: tuple[str, str]) -> dict[str, Any] | None:
    """The beginning of a text; the rest is in the file itself."""
    if file.get("preview") != "text":
        return None
    beginning = await visit.api.file_beginning(visit.entity.slug, named, TEXT_BYTES)
    return {"body": beginning.decode("utf-8-sig", "replace"), "cut": file["size"] > TEXT_BYTES}


@router.post("/files/{file_id}/rename")
async def rename(
    visit: TheVisit, file_id: str, name: FormText = "", version: Version = 0
) -> Response:
    named = (visit.record_id, file_id)
    try:
        await visit.api.rename_file(visit.entity.slug, named, version, {"name": name})
    except _MENDABLE as problem:
        return await _file_page(visit, file_id, problem, name)
    return to(f"{_address(visit)}/files/{file_id}", _("The file was renamed."))


@router.post("/files/{file_id}/delete")
async def delete(visit: TheVisit, file_id: str, version: Version = 0) -> Response:
    named = (visit.record_id, file_id)
    try:
        await visit.api.delete_file(visit.entity.slug, named, version)
    except _MENDABLE as problem:
        return await _file_page(visit, file_id, problem)
    return to(_address(visit), _("The file is gone."), place=PLACE)


def _address(visit: Visit) -> str:
    return f"/{visit.entity.slug}/{visit.record_id}"
