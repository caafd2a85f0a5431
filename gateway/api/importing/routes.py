"""Taking in files: a form with a plan and a file in, and what became of each line out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

import orjson
from crm.v1 import imports_pb2 as pb
from fastapi import APIRouter, Body, Depends, Path, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.api.bulk.bulks import begun
from gateway.api.bulk.routes import BEGUN, Key
from gateway.api.importing.imports import PIECE
from gateway.api.parsing import FromContract, from_json, query_of
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_CHANGE, MAY_READ, TheImports
from gateway.problems import Unacceptable
from kit.errors import Invalid

router = APIRouter(
    prefix=f"{ROOT}/imports",
    tags=["system"],
    default_response_class=Response,
    dependencies=[MAY_READ],
)

# As the address names it.
ImportId = Annotated[str, Path(description="The import's id, e.g. `sales.0192…`.")]

_IMPORT = object_of(pb.Import.DESCRIPTOR)
_IMPORT["properties"]["guesses"] = {"type": "array", "items": object_of(pb.FormGuess.DESCRIPTOR)}
_IMPORT["properties"]["related"] = {
    "type": "array",
    "items": object_of(pb.RelatedImport.DESCRIPTOR),
}
_LINE = object_of(pb.ImportLine.DESCRIPTOR)
_LINE["properties"]["related"] = {"type": "array", "items": object_of(pb.RelatedLine.DESCRIPTOR)}
_PLAN = FromContract(pb.ImportPlan, without=("import_id", "part"))
_LINES = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": _LINE},
        "page": {"type": "object"},
    },
}
_LINE_FIELDS = pb.ImportLinesRequest.DESCRIPTOR.fields
_UPLOAD = {
    "type": "object",
    "required": ["plan", "file"],
    "properties": {
        "plan": _PLAN.schema(),
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    },
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": _UPLOAD,
                "encoding": {"plan": {"contentType": "application/json"}},
            }
        },
    }
}


@dataclass(frozen=True)
class Upload:
    """What came in a form: how to take in a file, and the file."""

    plan: Any
    file: UploadFile

    async def pieces(self) -> AsyncIterator[bytes]:
        await self.file.seek(0)
        while piece := await self.file.read(PIECE):
            yield piece


async def _upload(request: Request) -> AsyncIterator[Upload]:
    """Read here and not by a parameter, which would take in the file before it is known whose it is."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        message = "Send multipart/form-data with `plan` (JSON) and `file` (CSV or .xlsx)."
        raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    async with request.form(max_files=2, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid(file="Add the file as the part `file`.")
        plan = from_json(pb.ImportPlan(), await _plan(form.get("plan")))
        plan.file_name = plan.file_name or file.filename or ""
        yield Upload(plan, file)


async def _plan(part: Any) -> dict[str, Any]:
    text = await part.read() if isinstance(part, UploadFile) else part
    try:
        plan = orjson.loads(text or "")
    except orjson.JSONDecodeError as wrong:
        raise Invalid(plan=f"Give the plan as a JSON object: {wrong}.") from None
    if not isinstance(plan, dict):
        raise Invalid(plan="Give the plan as a JSON object.")
    return plan


@router.post(
    "",
    operation_id="imports.start",
    summary="Take in a file: CSV or a workbook",
    status_code=HTTPStatus.ACCEPTED,
    responses=answers("202", _IMPORT, located=True),
    openapi_extra=_FORM,
    dependencies=[MAY_CHANGE],
)
async def start(imports: TheImports, upload: Annotated[Upload, Depends(_upload)]) -> Response:
    started = await imports.start(upload.plan, upload.pieces)
    address = f"{router.prefix}/{started.values()['id']}"
    return started.response(HTTPStatus.ACCEPTED, Location=address)


@router.get(
    "/{id}",
    operation_id="imports.get",
    summary="How far an import is",
    responses=answers("200", _IMPORT),
)
async def show(imports: TheImports, id: ImportId) -> Response:
    return (await imports.get(id)).response()


@router.get(
    "/{id}/lines",
    operation_id="imports.lines",
    summary="What became of each line",
    responses=answers("200", _LINES),
    openapi_extra={
        "parameters": [
            parameter_of(each) for each in _LINE_FIELDS if each.name not in ("id", "numbers")
        ]
    },
)
async def lines(request: Request, imports: TheImports, id: ImportId) -> Response:
    """Asked in the words of the contract, as every list is."""
    return (await imports.lines(id, query_of(request.scope))).response()


@router.get(
    "/{id}/lines.csv",
    operation_id="imports.rejected",
    summary="The rejected lines with what is wrong with them, as CSV to be taken in again",
    responses=answers("200", {"type": "string"}, media_type="text/csv"),
)
async def rejected(
    imports: TheImports,
    id: ImportId,
    reader: Annotated[
        Literal["", "spreadsheet"],
        Query(
            alias="for",
            description="`spreadsheet` keeps cells from running as formulas; taking the file in "
            "undoes it.",
        ),
    ] = "",
) -> Response:
    await imports.get(id)
    return StreamingResponse(
        imports.rejected(id, guard=reader == "spreadsheet"),
        headers={
            "Content-Disposition": f'attachment; filename="rejected-{id}.csv"',
            "Cache-Control": "no-store",
        },
        media_type="text/csv; charset=utf-8",
    )


@router.post(
    "/{id}:retry",
    operation_id="imports.retry",
    summary="Take in the rejected lines again, with other maps",
    status_code=HTTPStatus.ACCEPTED,
    responses=answers("202", _IMPORT),
    dependencies=[MAY_CHANGE],
)
async def retry(
    imports: TheImports,
    id: ImportId,
    plan: Annotated[Any, _PLAN, Body(default_factory=pb.ImportPlan)],
) -> Response:
    return (await imports.retry(id, plan)).response(HTTPStatus.ACCEPTED)


@router.post(
    "/{id}:undo",
    operation_id="imports.undo",
    summary="Take an import back; what was changed since stays and is listed",
    responses=BEGUN,
    dependencies=[MAY_CHANGE],
)
async def undo(imports: TheImports, id: ImportId, key: Key = "") -> Response:
    return begun(await imports.undo(id, key))
