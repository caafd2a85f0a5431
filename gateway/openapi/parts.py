"""The parts of OpenAPI that no descriptor knows: headers, errors, sign-in and the system's routes."""

from typing import Any

from crm.identity.v1 import people_pb2
from crm.v1 import imports_pb2, records_pb2

from gateway.api.preferences import PREFERENCES
from gateway.contract.schemas import Schema, object_of, parameter_of

RECORD_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The record's id.",
    "schema": {"type": "string"},
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag as last read; when the record has changed since, 412 tells how it is.",
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,9}")$'},
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same body answers the same and does nothing twice.",
    "schema": {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"},
}
PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
        "current": {"type": "object", "description": "The record as it is now, with 412."},
    },
}
_TAG = {"ETag": {"description": "Made of the version.", "schema": {"type": "string"}}}
_PLACE = {"Location": {"description": "Where it is now.", "schema": {"type": "string"}}}


OF_THE_API = {"api": "Read and change.", "api.read": "Read only."}
SCOPES = OF_THE_API | {
    "openid": "Know who signs in.",
    "profile": "Know the person's name, language and time zone.",
    "email": "Know the person's e-mail address.",
    "offline_access": "Stay connected: a refresh token.",
}
INFO = {
    "title": "Rapport",
    "version": "1",
    "description": (
        "Every entity of the system in one shape. Lists are filtered in the language of AIP-160 and "
        "paged by token; a change carries `If-Match`, a POST may carry `Idempotency-Key`; errors are "
        "problem+json and name the field. An empty text says the same as null. How to get a token "
        "stands at `/api/docs`."
    ),
    "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
}


def security(server: str) -> Schema:
    code = {
        "authorizationUrl": f"{server}/oauth/authorize",
        "tokenUrl": f"{server}/oauth/token",
        "refreshUrl": f"{server}/oauth/token",
        "scopes": SCOPES,
    }
    machine = {"tokenUrl": f"{server}/oauth/token", "scopes": OF_THE_API}
    return {
        "oauth": {
            "type": "oauth2",
            "flows": {"authorizationCode": code, "clientCredentials": machine},
        },
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-rapport"},
    }


def failures() -> Schema:
    """Every operation fails in the same shape."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"default": {"description": "It did not work.", "content": problem}}


def answers(status: str, schema: Schema, *, tagged: bool = False, located: bool = False) -> Schema:
    good: Schema = {
        "description": "It worked.",
        "content": {"application/json": {"schema": schema}},
    }
    headers = {**(_TAG if tagged else {}), **(_PLACE if located else {})}
    if headers:
        good["headers"] = headers
    return {status: good, **failures()}


def json_body(schema: Schema, *, patch: bool = False) -> Schema:
    kind = "application/merge-patch+json" if patch else "application/json"
    needed = "$ref" in schema or "required" in schema
    return {"required": needed, "content": {kind: {"schema": schema}}}


def _system(name: str, summary: str, schema: Schema, status: str = "200", **more: Any) -> Schema:
    operation = {"operationId": name, "tags": ["system"], "summary": summary}
    return {**operation, "responses": answers(status, schema), **more}


_ANY: Schema = {"type": "object"}
_PREFERENCES: Schema = {
    "type": "object",
    "properties": {name: {"type": "string", "minLength": 1} for name in PREFERENCES},
    "additionalProperties": False,
}
_ENTITY = object_of(records_pb2.EntityDescription.DESCRIPTOR, without=["fields"])
_DESCRIPTION = {
    "type": "object",
    "properties": {
        "entities": {"type": "array", "items": _ENTITY | {"additionalProperties": True}},
        "stopped": {"type": "array", "items": {"type": "string"}},
    },
}
_IMPORT = object_of(imports_pb2.Import.DESCRIPTOR)
_IMPORT["properties"]["guesses"] = {
    "type": "array",
    "items": object_of(imports_pb2.FormGuess.DESCRIPTOR),
}
_PLAN = object_of(imports_pb2.ImportPlan.DESCRIPTOR, without=["import_id"])
_UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["plan", "file"],
                "properties": {
                    "plan": _PLAN,
                    "file": {"type": "string", "contentMediaType": "text/csv"},
                },
            },
            "encoding": {"plan": {"contentType": "application/json"}},
        }
    },
}
_IMPORT_ID = {**RECORD_ID, "description": "The import's id, e.g. `sales.0192…`."}
_LINE_FIELDS = imports_pb2.ImportLinesRequest.DESCRIPTOR.fields
_LINES = [parameter_of(each) for each in _LINE_FIELDS if each.name != "id"]
_LINE_PAGE = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": object_of(imports_pb2.ImportLine.DESCRIPTOR)},
        "page": {"type": "object"},
    },
}
_FOR: Schema = {
    "name": "for",
    "in": "query",
    "description": "`spreadsheet` keeps cells from running as formulas; taking the file in undoes it.",
    "schema": {"type": "string", "enum": ["spreadsheet"]},
}
_CSV: Schema = {
    "operationId": "imports.rejected",
    "tags": ["system"],
    "summary": "The rejected lines with what is wrong with them, as CSV to be taken in again",
    "parameters": [_IMPORT_ID, _FOR],
    "responses": {"200": {"description": "CSV", "content": {"text/csv": {}}}, **failures()},
}

SYSTEM: dict[str, dict[str, Schema]] = {
    "me": {
        "get": _system("me", "Who is calling", _ANY),
        "patch": _system(
            "me.prefer",
            "Change the own preferences",
            object_of(people_pb2.Person.DESCRIPTOR, without=["json"]),
            requestBody=json_body(_PREFERENCES, patch=True),
        ),
    },
    "describe": {
        "get": _system("describe", "Every entity and field that the caller may see", _DESCRIPTION)
    },
    "imports": {
        "post": _system("imports.start", "Take in a CSV file", _IMPORT, "202", requestBody=_UPLOAD)
    },
    "imports/{id}": {
        "get": _system("imports.get", "How far an import is", _IMPORT, parameters=[_IMPORT_ID])
    },
    "imports/{id}/lines": {
        "get": _system(
            "imports.lines",
            "What became of each line",
            _LINE_PAGE,
            parameters=[_IMPORT_ID, *_LINES],
        )
    },
    "imports/{id}/lines.csv": {"get": _CSV},
    "imports/{id}:retry": {
        "post": _system(
            "imports.retry",
            "Take in the rejected lines again, with other maps",
            _IMPORT,
            "202",
            parameters=[_IMPORT_ID],
            requestBody=json_body(_PLAN),
        )
    },
}
