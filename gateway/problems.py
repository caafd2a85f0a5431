"""Errors as RFC 9457 tells them: what went wrong, in which field, and what to do."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from python_multipart.exceptions import FormParserError
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from kit.errors import Busy, Conflict, Moved, Problem, Unavailable

PROBLEMS = "/api/docs#problem-"
MEDIA_TYPE = "application/problem+json"
_COME_BACK_SECONDS = 2


class Unacceptable(Problem):
    """The request itself is wrong, before any business is looked at: 405, 413, 415 and their like."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status.value
        self.title = f"{status.phrase}."
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


UNREADABLE = (MultiPartException, FormParserError)
"""What a form is that does not keep to the format it claims."""


def unreadable(wrong: Exception) -> Unacceptable:
    """A broken form is the sender's fault, and is told where it breaks."""
    told = str(getattr(wrong, "message", "") or wrong).rstrip(".")
    message = f"The form cannot be read: {told}. Send it as multipart/form-data (RFC 7578)."
    return Unacceptable(HTTPStatus.BAD_REQUEST, message)


def status_of(problem: Problem) -> int:
    """A stale version is a failed precondition; every other conflict is just one."""
    if isinstance(problem, Conflict) and problem.current is not None:
        return HTTPStatus.PRECONDITION_FAILED
    return problem.status


def kind_of(problem: Problem) -> str:
    """The last part of the problem's type, e.g. `not-found`."""
    if isinstance(problem, Unacceptable):
        return problem.title.lower().rstrip(".").replace(" ", "-")
    name = "stale" if status_of(problem) == HTTPStatus.PRECONDITION_FAILED else _name(problem)
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _name(problem: Problem) -> str:
    return "Failure" if type(problem) is Problem else type(problem).__name__


def body_of(problem: Problem) -> dict[str, Any]:
    """The body of the answer."""
    body: dict[str, Any] = {
        "type": PROBLEMS + kind_of(problem),
        "title": problem.title,
        "status": status_of(problem),
        "detail": problem.message,
    }
    if problem.fields:
        body["errors"] = problem.fields
    if problem.current is not None:
        body["current"] = orjson.Fragment(problem.current)
    if problem.moved_to is not None:
        body["moved_to"] = problem.moved_to
    if problem.candidates is not None:
        body["candidates"] = orjson.Fragment(problem.candidates)
    return body


def led_on(scope: Mapping[str, Any], moved: Moved) -> str:
    """The same address of the record that took in the one that was asked for; whoever changes goes nowhere.

    A change meant for one record is not done to another that nobody has looked at.
    """
    if scope["method"] not in {"GET", "HEAD"} or not (moved.moved_from and moved.moved_to):
        return ""
    path, old = str(scope["path"]), moved.moved_from
    if old not in path.lower():
        return ""
    place = path.lower().index(old)
    query = scope["query_string"].decode("latin-1")
    address = quote(path[:place] + moved.moved_to + path[place + len(old) :], safe="/:")
    return f"{address}?{query}" if query else address


def response_of(problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    headers = {**getattr(problem, "headers", {}), "Cache-Control": "no-store"}
    seconds = problem.retry_after
    if seconds is None and isinstance(problem, Busy | Unavailable):
        seconds = _COME_BACK_SECONDS
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="rapport"'
    return Response(orjson.dumps(body_of(problem)), status_of(problem), headers, MEDIA_TYPE)
