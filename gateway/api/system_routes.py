"""`/me` and `/describe`: who is calling, and what there is for them."""

from typing import Annotated

import orjson
from crm.identity.v1 import people_pb2
from crm.v1 import files_pb2, records_pb2
from fastapi import APIRouter, Body
from starlette.responses import Response

from gateway.api.answers import Answer
from gateway.api.me import Preferences, me
from gateway.api.parsing import IfMatch
from gateway.api.table import ROOT
from gateway.contract.responses import answers
from gateway.contract.schemas import object_of
from gateway.dependencies import (
    SignedIn,
    TheDescriptions,
    TheFiles,
    TheOperations,
    TheRecords,
    TheRights,
)

router = APIRouter(prefix=ROOT, tags=["system"], default_response_class=Response)

_PERSON = object_of(people_pb2.Person.DESCRIPTOR)
_ENTITY = object_of(records_pb2.EntityDescription.DESCRIPTOR, without=["fields"])
_CLOUD = object_of(records_pb2.TagCloud.DESCRIPTOR)
_CLOUD["properties"]["stopped"] = {"type": "array", "items": {"type": "string"}}
_SPACE = object_of(files_pb2.SpaceTaken.DESCRIPTOR)
_SPACE["properties"] = {
    "items": {"type": "array", "items": object_of(files_pb2.SpaceOfEntity.DESCRIPTOR)},
    "files": {"type": "integer", "description": "How many files there are."},
    "bytes": {"type": "string", "description": "The bytes of all their versions."},
    "stopped": {"type": "array", "items": {"type": "string"}},
}
_DESCRIPTION = {
    "type": "object",
    "properties": {
        "entities": {"type": "array", "items": _ENTITY | {"additionalProperties": True}},
        "stopped": {"type": "array", "items": {"type": "string"}},
    },
}


@router.get(
    "/me",
    operation_id="me",
    summary="Who is calling",
    responses=answers("200", {"type": "object"}),
)
async def show_me(caller: SignedIn, rights: TheRights) -> Response:
    """A script that came by the sign-in form learns here what its own requests have to carry."""
    token = {"csrf_token": caller.csrf} if caller.csrf else {}
    return Answer(orjson.dumps(me(rights) | token)).response()


@router.patch(
    "/me",
    operation_id="me.prefer",
    summary="Change the own preferences",
    responses=answers("200", _PERSON, tagged=True),
)
async def prefer(
    _: SignedIn,
    operations: TheOperations,
    version: IfMatch,
    preferences: Annotated[Preferences, Body(media_type="application/merge-patch+json")],
) -> Response:
    """Whatever the caller's profiles say of people, e.g. the time zone."""
    chosen = preferences.model_dump(exclude_unset=True)
    return (await operations.update_own(chosen, version)).response()


@router.get(
    "/describe",
    operation_id="describe",
    summary="Every entity and field that the caller may see",
    responses=answers("200", _DESCRIPTION),
)
async def describe(_: SignedIn, descriptions: TheDescriptions) -> Response:
    """A service that is stopped is named."""
    return Answer(orjson.dumps(await descriptions.all())).response()


@router.get(
    "/tag-cloud",
    operation_id="tagCloud",
    summary="How often each tag is used on what the caller may see",
    responses=answers("200", _CLOUD),
)
async def tag_cloud(_: SignedIn, records: TheRecords) -> Response:
    """Over all entities, the most frequent first; a service that is stopped is named."""
    return Answer(orjson.dumps(await records.tag_cloud())).response()


@router.get(
    "/file-space",
    operation_id="fileSpace",
    summary="How much room the files on records take",
    responses=answers("200", _SPACE),
)
async def file_space(_: SignedIn, files: TheFiles) -> Response:
    """By entity, the largest first, for whoever sets the organisation up; a stopped service is named."""
    return Answer(orjson.dumps(await files.space())).response()
