"""`/people/{id}/holdings` and `/hand-overs/{id}/parts`: what is handed over, before and while it is done."""

from typing import Annotated, Any

import orjson
from crm.v1 import bulk_pb2
from crm.v1 import hand_overs_pb2 as pb
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.answers import Answer
from gateway.api.parsing import query_of
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_READ, TheHandOvers

router = APIRouter(
    prefix=ROOT, tags=["hand-overs"], default_response_class=Response, dependencies=[MAY_READ]
)

Id = Annotated[str, Path(description="The record's id.")]
Entity = Annotated[str, Path(description="The entity, e.g. `sales.Opportunity`.")]

_STOPPED = {"type": "array", "items": {"type": "string"}}


def _list_of(message: Any, **more: Any) -> dict[str, Any]:
    items = {"type": "array", "items": object_of(message.DESCRIPTOR, bounded=False)}
    return {"type": "object", "properties": {"items": items, **more}}


def _asked(message: Any, *said: str) -> dict[str, Any]:
    """The parameters of a question, without what its address says."""
    fields = (each for each in message.DESCRIPTOR.fields if each.name not in said)
    return {"parameters": [parameter_of(each) for each in fields]}


@router.get(
    "/people/{id}/holdings",
    operation_id="people.holdings",
    summary="How many records a person has, by entity, whether or not the caller sees them",
    responses=answers("200", _list_of(pb.Holding, stopped=_STOPPED)),
    openapi_extra=_asked(pb.HoldingsRequest, "person_id"),
)
async def holdings(request: Request, hand_overs: TheHandOvers, id: Id) -> Response:
    """For those who may create hand-overs; `stopped` are services that did not answer."""
    return _answer(await hand_overs.holdings(id, query_of(request.scope)))


@router.get(
    "/hand-overs/{id}/parts",
    operation_id="hand-overs.parts",
    summary="How far every service is with a hand-over",
    responses=answers("200", _list_of(pb.HandOverPart, stopped=_STOPPED)),
)
async def parts(hand_overs: TheHandOvers, id: Id) -> Response:
    """One part for each entity; a service that has heard of it a moment ago may have none yet."""
    return _answer(await hand_overs.parts(id))


@router.get(
    "/hand-overs/{id}/parts/{entity}/rows",
    operation_id="hand-overs.rows",
    summary="What became of each record of an entity",
    responses=answers("200", _list_of(bulk_pb2.BulkRow, page={"type": "object"})),
    openapi_extra=_asked(pb.HandOverRowsRequest, "id", "entity"),
)
async def rows(request: Request, hand_overs: TheHandOvers, id: Id, entity: Entity) -> Response:
    """Why one was left is told in full of those that the caller sees."""
    return (await hand_overs.rows(id, entity, query_of(request.scope))).response()


def _answer(told: dict[str, Any]) -> Response:
    return Answer(orjson.dumps(told)).response()
