"""What the framework has against a request, in our own words: the field, and what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.problems import UNREADABLE, Unacceptable, unreadable
from kit.errors import Invalid, NotFound, Problem

_MOST = 10
_NOT_JSON = "Send the body as application/json."
# By pydantic's names of what may be wrong; for any other its own sentence has to do.
_ADVICE = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_type": "Give a text.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "bool_parsing": "Say true or false.",
    "extra_forbidden": "There is no such field.",
    "literal_error": "Say {expected}.",
}


def problem_of(error: Exception) -> Problem:
    """The problem that an error of the framework stands for, or is hidden in."""
    if isinstance(error, RequestValidationError):
        return _invalid(error.errors())
    hidden = error.__cause__ or error.__context__
    if isinstance(hidden, Problem):
        return hidden
    if isinstance(hidden, UNREADABLE):
        return unreadable(hidden)
    if not isinstance(error, HTTPException):
        return Problem()
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound("There is nothing at this address.")
    headers, message = dict(error.headers or {}), error.detail
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"This method does not work here; {headers['Allow']} do."
    return Unacceptable(HTTPStatus(error.status_code), message, **headers)


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """A body that is none at all, or each field by the name under which it was sent."""
    for each in errors:
        if each["type"] == "json_invalid":
            message = f"The body is not JSON: {each['ctx']['error']}."
            return Unacceptable(HTTPStatus.BAD_REQUEST, message)
        if tuple(each["loc"]) == ("body",):
            if isinstance(each["input"], bytes):
                return Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _NOT_JSON)
            return Unacceptable(HTTPStatus.BAD_REQUEST, "Send one JSON object.")
    return Invalid("", {_name(each["loc"]): _advice(each) for each in errors[:_MOST]})


def _name(place: Sequence[Any]) -> str:
    return ".".join(map(str, place[1:]))


def _advice(error: Mapping[str, Any]) -> str:
    known = _ADVICE.get(error["type"])
    return known.format_map(error.get("ctx", {})) if known else f"{error['msg']}."
