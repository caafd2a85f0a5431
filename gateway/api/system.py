"""The routes that belong to no single entity: who am I, what is there, and imports."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.access import API_SCOPES, Rights
from gateway.api.answers import Answer
from gateway.api.descriptions import Descriptions
from gateway.api.imports import PIECE, Imports
from gateway.api.operations import Operations
from gateway.api.parsing import json_object, query_of
from gateway.api.preferences import check_preferences
from gateway.api.routes import record_id_of, version_of
from gateway.api.table import ROOT, Row
from gateway.authentication.callers import caller_of
from gateway.problems import Unacceptable
from kit.actor import calling
from kit.errors import Anonymous, Invalid

PROFILE_SCOPE, EMAIL_SCOPE = "profile", "email"
_SPREADSHEET = "spreadsheet"


@dataclass(frozen=True)
class SystemRoutes:
    """`me`, `describe` and `imports`."""

    rights: Rights
    descriptions: Descriptions
    imports: Imports
    operations: Operations

    def rows(self) -> Iterator[Row]:
        yield Row("GET", "me", self._me)
        yield Row("PATCH", "me", self._prefer)
        yield Row("GET", "describe", self._describe)
        yield Row("POST", "imports", self._start)
        yield Row("GET", "imports/{id}", self._import)
        yield Row("GET", "imports/{id}/lines", self._lines)
        yield Row("GET", "imports/{id}/lines.csv", self._rejected)
        yield Row("POST", "imports/{id}:retry", self._retry)

    async def _me(self, request: Request) -> Response:
        """A script that came by the sign-in form learns here what its own requests have to carry."""
        caller = caller_of(request.scope)
        token = {"csrf_token": caller.csrf} if caller is not None and caller.csrf else {}
        return Answer(orjson.dumps(me(self.rights) | token)).response()

    async def _prefer(self, request: Request) -> Response:
        """The caller's own preferences, e.g. the time zone."""
        values, version = await json_object(request), version_of(request)
        check_preferences(values)
        return (await self.operations.update_own(values, version)).response()

    async def _describe(self, _: Request) -> Response:
        return Answer(orjson.dumps(await self.descriptions.all())).response()

    async def _start(self, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            message = "Send multipart/form-data with `plan` (JSON) and `file` (CSV)."
            raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
        self.rights.require_scope(only_reads=False)
        async with request.form(max_files=2, max_fields=4) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Invalid(file="Add the CSV file as the part `file`.")
            plan = await _plan(form.get("plan"))
            plan.setdefault("file_name", file.filename or "")
            started = await self.imports.start(plan, _pieces(file))
        address = f"{ROOT}/imports/{started.values()['id']}"
        return started.response(HTTPStatus.ACCEPTED, Location=address)

    async def _import(self, request: Request) -> Response:
        return (await self.imports.get(record_id_of(request))).response()

    async def _lines(self, request: Request) -> Response:
        query = query_of(request.scope)
        return (await self.imports.lines(record_id_of(request), query)).response()

    async def _rejected(self, request: Request) -> Response:
        name = record_id_of(request)
        wanted = query_of(request.scope).get("for", "")
        if wanted not in ("", _SPREADSHEET):
            raise Invalid("", {"for": f"Say {_SPREADSHEET}, or leave it out."})
        await self.imports.get(name)
        file = f'attachment; filename="rejected-{name}.csv"'
        headers = {"Content-Disposition": file, "Cache-Control": "no-store"}
        return StreamingResponse(
            self.imports.rejected(name, guard=wanted == _SPREADSHEET),
            headers=headers,
            media_type="text/csv; charset=utf-8",
        )

    async def _retry(self, request: Request) -> Response:
        values = await json_object(request)
        started = await self.imports.retry(record_id_of(request), values)
        return started.response(HTTPStatus.ACCEPTED)


def me(rights: Rights) -> dict[str, Any]:
    """Who is calling, as the policy knows the person: as much of it as the scopes open."""
    actor = calling()
    person = rights.person(actor)
    if person is None:
        raise Anonymous
    known: dict[str, Any] = {"id": actor.name, "scopes": sorted(actor.scopes)}
    if actor.scopes & {PROFILE_SCOPE, *API_SCOPES}:
        known |= {"name": person.name, "locale": person.locale, "time_zone": person.time_zone}
    if actor.scopes & {EMAIL_SCOPE, *API_SCOPES}:
        known["email"] = person.email
    if actor.scopes & API_SCOPES:
        known["role_ids"] = [str(each) for each in person.role_ids]
        known["profile_ids"] = [str(each) for each in person.profile_ids]
        known["hidden_modules"] = sorted(rights.policy.hidden_modules(actor))
    return known


async def _plan(part: Any) -> dict[str, Any]:
    text = await part.read() if isinstance(part, UploadFile) else part
    try:
        plan = orjson.loads(text or "")
    except orjson.JSONDecodeError as wrong:
        raise Invalid(plan=f"Give the plan as a JSON object: {wrong}.") from None
    if not isinstance(plan, dict):
        raise Invalid(plan="Give the plan as a JSON object.")
    return plan


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece
