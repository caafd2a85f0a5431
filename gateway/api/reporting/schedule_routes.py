"""`/report-schedules`: to whom reports are sent by e-mail, and when."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from crm.identity.v1 import report_schedules_pb2 as pb
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.bulk.routes import Key
from gateway.api.parsing import json_object, query_of
from gateway.api.table import ROOT
from gateway.contract.responses import answers, failures
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_CHANGE, MAY_READ, TheSchedules

router = APIRouter(
    prefix=f"{ROOT}/report-schedules",
    tags=["reports"],
    default_response_class=Response,
    dependencies=[MAY_READ],
)

Mark = Literal["leave", "return"]
"""What a reader does with a schedule, as its address ends."""
ScheduleId = Annotated[str, Path(description="The schedule's id.")]

_SCHEDULE = object_of(pb.ReportSchedule.DESCRIPTOR)
_PAGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": _SCHEDULE},
        "page": {"type": "object"},
    },
}
_NEW = {
    "required": True,
    "content": {"application/json": {"schema": object_of(pb.NewReportSchedule.DESCRIPTOR)}},
}

_ENDED: Any = {"204": {"description": "It has ended."}, **failures()}


@router.get(
    "",
    operation_id="reportSchedules.list",
    summary="The schedules that the caller made or is sent by, of one report or of all",
    responses=answers("200", _PAGE),
    openapi_extra={
        "parameters": list(map(parameter_of, pb.ReportSchedulesRequest.DESCRIPTOR.fields))
    },
)
async def listed(request: Request, schedules: TheSchedules) -> Response:
    """Whoever may share a report sees all of its schedules."""
    return (await schedules.list(query_of(request.scope))).response()


@router.post(
    "",
    operation_id="reportSchedules.create",
    summary="Have a report sent to oneself, or to others with whom one may share it",
    status_code=HTTPStatus.CREATED,
    responses=answers("201", _SCHEDULE),
    openapi_extra={"requestBody": _NEW},
    dependencies=[MAY_CHANGE],
)
async def create(request: Request, schedules: TheSchedules, key: Key = "") -> Response:
    """Each reader is sent her own figures; who may not see the report is sent nothing."""
    answer = await schedules.create(await json_object(request), key)
    return answer.response(HTTPStatus.CREATED)


@router.delete(
    "/{id}",
    operation_id="reportSchedules.delete",
    summary="End a schedule for all of its readers",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_ENDED,
    dependencies=[MAY_CHANGE],
)
async def end(schedules: TheSchedules, id: ScheduleId) -> Response:
    await schedules.end(id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/{id}:{mark}",
    operation_id="reportSchedules.mark",
    summary="Be sent nothing more by a schedule, or be sent by it again",
    responses=answers("200", _SCHEDULE),
    dependencies=[MAY_CHANGE],
)
async def mark(schedules: TheSchedules, id: ScheduleId, mark: Mark, key: Key = "") -> Response:
    return (await schedules.mark(id, mark, key)).response()
