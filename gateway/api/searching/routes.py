"""`/search`: where words are, in everything that the caller may see."""

import orjson
from crm.v1 import search_pb2 as pb
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.answers import Answer
from gateway.api.parsing import query_of
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_READ, TheSearch

router = APIRouter(
    prefix=ROOT, tags=["system"], default_response_class=Response, dependencies=[MAY_READ]
)

_HIT = object_of(pb.SearchHit.DESCRIPTOR, bounded=False)
_HIT["properties"]["marks"] = {"type": "array", "items": object_of(pb.SearchMark.DESCRIPTOR)}
_FOUND = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": _HIT},
        "capped": {"type": "boolean"},
        "stopped": {"type": "array", "items": {"type": "string"}},
    },
}


@router.get(
    "/search",
    operation_id="search",
    summary="Where words are: in records, notes and files, the best first",
    responses=answers("200", _FOUND),
    openapi_extra={"parameters": list(map(parameter_of, pb.SearchRequest.DESCRIPTOR.fields))},
)
async def search(request: Request, everywhere: TheSearch) -> Response:
    """`stopped` names the services that did not answer in time: what they have is not among the hits."""
    return Answer(orjson.dumps(await everywhere.find(query_of(request.scope)))).response()
