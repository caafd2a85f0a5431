"""`/reports/{id}/figures`: what a report says to whoever reads it."""

from typing import Any

import orjson
from crm.v1 import records_pb2
from fastapi import APIRouter
from starlette.responses import Response

from gateway.api.answers import Answer
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of
from gateway.dependencies import SignedIn, TheReports

router = APIRouter(prefix=ROOT, tags=["reports"], default_response_class=Response)

_FIGURES = {"type": "array", "items": object_of(records_pb2.Figure.DESCRIPTOR)}
_DAY = {"type": "string", "format": "date"}
_TOLD: dict[str, Any] = {
    "items": _FIGURES,
    "totals": _FIGURES,
    "capped": {"type": "boolean"},
    "filter": {"type": "string"},
    "rates": {"type": "array", "items": object_of(records_pb2.RateUsed.DESCRIPTOR)},
    "period": {
        "type": ["object", "null"],
        "properties": {"first_day": _DAY, "last_day": _DAY},
    },
}
_PLACED = object_of(records_pb2.Figure.DESCRIPTOR)
_PLACED["properties"]["beside"] = {
    "type": ["object", "null"],
    "description": "The group of this period beside which it stands; null where there is none.",
    "additionalProperties": {"type": "string"},
}
_BEFORE = {
    "type": "object",
    "properties": {**_TOLD, "items": {"type": "array", "items": _PLACED}},
}
_ANSWER = {"type": "object", "properties": {**_TOLD, "before": _BEFORE}}


@router.get(
    "/reports/{id}/figures",
    operation_id="reports.figures",
    summary="The figures of a report, as far as the caller may see what they are made of",
    responses=answers("200", _ANSWER),
)
async def figures(_: SignedIn, reports: TheReports, id: str) -> Response:
    """`totals` are reckoned over all records at once; `before` is there where the report compares."""
    return Answer(orjson.dumps(await reports.figures(id))).response()
