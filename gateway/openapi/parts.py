"""The parts of OpenAPI that no descriptor knows: headers, errors and sign-in.""" ""

from gateway.contract.schemas import Schema

RECORD_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The record's id.",
    "schema": {"type": "string"},
}
NOTE_ID: Schema = {
    "name": "note_id",
    "in": "path",
    "required": True,
    "description": "The note's id.",
    "schema": {"type": "string"},
}
FILE_ID: Schema = {**NOTE_ID, "name": "file_id", "description": "The file's id."}
NAMED = {each["name"]: each for each in (RECORD_ID, NOTE_ID, FILE_ID)}
"""What stands in addresses, by name."""
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
ALLOW_DUPLICATES: Schema = {
    "name": "allow_duplicates",
    "in": "query",
    "description": "Whether another record is meant where a rule takes it for one that is there; without"
    " it such a record is refused with 409, and `candidates` says which it might be.",
    "schema": {"type": "boolean"},
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
        "candidates": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Candidate"},
            "description": "Which records it might be, where a rule on duplicates refuses it.",
        },
    },
}


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


def json_body(schema: Schema, *, patch: bool = False) -> Schema:
    kind = "application/merge-patch+json" if patch else "application/json"
    needed = "$ref" in schema or "required" in schema
    return {"required": needed, "content": {kind: {"schema": schema}}}
