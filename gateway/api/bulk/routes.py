"""Where bulks are begun, beside every list, and where each is followed, run and taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from crm.v1 import bulk_pb2 as pb
from fastapi import APIRouter, Header, Path
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.bulk.bulks import Bulks, begun, offered
from gateway.api.entity_routes import key_of
from gateway.api.parsing import json_object, query_of
from gateway.api.table import ROOT, Endpoint, Row
from gateway.contract.resources import Resource
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_CHANGE, MAY_READ, TheBulks

router = APIRouter(
    prefix=f"{ROOT}/bulks",
    tags=["system"],
    default_response_class=Response,
    dependencies=[MAY_READ],
)

# As the address names it.
BulkId = Annotated[str, Path(description="The bulk's id, e.g. `sales.0192…`.")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="The same key answers the same and does nothing twice.",
        max_length=200,
        pattern="^[ -~]*$",
    ),
]

_BULK = object_of(pb.Bulk.DESCRIPTOR)
_ROWS = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": object_of(pb.BulkRow.DESCRIPTOR)},
        "page": {"type": "object"},
    },
}
_ASKED = [parameter_of(each) for each in pb.BulkRowsRequest.DESCRIPTOR.fields if each.name != "id"]
BEGUN = {**answers("202", _BULK, located=True), **answers("200", _BULK)}


@dataclass(frozen=True)
class BulkRoutes:
    """Where many records of an entity are changed."""

    bulks: Bulks

    def rows(self, resource: Resource) -> Iterator[Row]:
        if offered(resource):
            yield Row("POST", f"{resource.slug}:bulk", self._start(resource))

    def _start(self, resource: Resource) -> Endpoint:
        async def start(request: Request) -> Response:
            values, key = await json_object(request), key_of(request)
            return begun(await self.bulks.start(resource, values, key))

        return start


@router.get(
    "/{id}", operation_id="bulks.get", summary="How far a bulk is", responses=answers("200", _BULK)
)
async def show(bulks: TheBulks, id: BulkId) -> Response:
    return (await bulks.get(id)).response()


@router.get(
    "/{id}/rows",
    operation_id="bulks.rows",
    summary="What became of each record",
    responses=answers("200", _ROWS),
    openapi_extra={"parameters": _ASKED},
)
async def rows(request: Request, bulks: TheBulks, id: BulkId) -> Response:
    """Asked in the words of the contract, as every list is."""
    return (await bulks.rows(id, query_of(request.scope))).response()


@router.post(
    "/{id}:run",
    operation_id="bulks.run",
    summary="Do what was tried, to the records that were tried",
    responses=BEGUN,
    dependencies=[MAY_CHANGE],
)
async def run(bulks: TheBulks, id: BulkId, key: Key = "") -> Response:
    return begun(await bulks.run(id, key))


@router.post(
    "/{id}:undo",
    operation_id="bulks.undo",
    summary="Take a bulk back; what was changed since stays and is listed",
    responses=BEGUN,
    dependencies=[MAY_CHANGE],
)
async def undo(bulks: TheBulks, id: BulkId, key: Key = "") -> Response:
    return begun(await bulks.undo(id, key))
