"""`/notifications`: what the caller was told, what is to be told, and news of it as it comes."""

from typing import Annotated, Literal

from crm.scheduling.v1 import notifications_pb2 as pb
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.entity_routes import key_of
from gateway.api.parsing import json_object, query_of
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of, parameter_of
from gateway.dependencies import MAY_CHANGE, MAY_READ, TheInbox, TheNews

router = APIRouter(
    prefix=f"{ROOT}/notifications",
    tags=["system"],
    default_response_class=Response,
    dependencies=[MAY_READ],
)

Mark = Literal["read", "unread", "mute", "unmute"]
"""What is done to one notification, as its address ends."""
NotificationId = Annotated[str, Path(description="The notification's id.")]

_INBOX = object_of(pb.Inbox.DESCRIPTOR)
_PAGE = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": object_of(pb.Notification.DESCRIPTOR, bounded=False)},
        "page": {"type": "object"},
        "unread": {"type": "integer"},
    },
}
_CHOICES = object_of(pb.NotificationChoices.DESCRIPTOR)
_PATCH = {"required": False, "content": {"application/merge-patch+json": {"schema": _CHOICES}}}
_REPEATABLE = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same key answers the same.",
            "schema": {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"},
        }
    ]
}


@router.get(
    "",
    operation_id="notifications.list",
    summary="What the caller was told, newest first",
    responses=answers("200", _PAGE),
    openapi_extra={
        "parameters": list(map(parameter_of, pb.NotificationsRequest.DESCRIPTOR.fields))
    },
)
async def listed(request: Request, inbox: TheInbox) -> Response:
    """Of a record that may no longer be seen nothing is said but that there was something."""
    return (await inbox.list(query_of(request.scope))).response()


@router.get(
    "/count",
    operation_id="notifications.count",
    summary="How many the caller has not read",
    responses=answers("200", _INBOX),
)
async def count(inbox: TheInbox) -> Response:
    return (await inbox.count()).response()


@router.get(
    "/live",
    operation_id="notifications.live",
    summary="How many are not read, at once and whenever that changes (server-sent events)",
    responses=answers("200", {"type": "string"}, media_type="text/event-stream"),
)
async def live(request: Request, inbox: TheInbox, news: TheNews) -> Response:
    """Each event is `{"unread": 3}`; it ends with the session or the token."""
    first = (await inbox.count()).values()
    return await news.stream(request, first["unread"])


@router.get(
    "/choices",
    operation_id="notifications.choices",
    summary="By kind whether the caller is written to as well",
    responses=answers("200", _CHOICES),
)
async def choices(inbox: TheInbox) -> Response:
    return (await inbox.choices()).response()


@router.patch(
    "/choices",
    operation_id="notifications.choose",
    summary="Choose by kind whether to be written to: at_once, daily or never",
    responses=answers("200", _CHOICES),
    openapi_extra={"requestBody": _PATCH},
    dependencies=[MAY_CHANGE],
)
async def choose(request: Request, inbox: TheInbox) -> Response:
    """Kinds that are not named stay as they are."""
    return (await inbox.choose(await json_object(request))).response()


@router.post(
    ":read-all",
    operation_id="notifications.readAll",
    summary="Mark all as read that are there by now",
    responses=answers("200", _INBOX),
    openapi_extra=_REPEATABLE,
    dependencies=[MAY_CHANGE],
)
async def read_all(request: Request, inbox: TheInbox) -> Response:
    return (await inbox.read_all(key_of(request))).response()


@router.post(
    "/{id}:{mark}",
    operation_id="notifications.mark",
    summary="Mark one as read or unread, or have no more told of its record",
    responses=answers("200", _INBOX),
    openapi_extra=_REPEATABLE,
    dependencies=[MAY_CHANGE],
)
async def mark(request: Request, inbox: TheInbox, id: NotificationId, mark: Mark) -> Response:
    return (await inbox.mark(id, mark, key_of(request))).response()
