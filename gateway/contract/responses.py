"""How operations answer, for OpenAPI: alike whether the contract or a route declares them."""

from collections.abc import Mapping
from typing import Any

from gateway.contract.schemas import Schema

_TAG = {"ETag": {"description": "Made of the version.", "schema": {"type": "string"}}}
_PLACE = {"Location": {"description": "Where it is now.", "schema": {"type": "string"}}}


def failures() -> Schema:
    """Every operation fails in the same shape."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"default": {"description": "It did not work.", "content": problem}}


def answers(
    status: str,
    schema: Mapping[str, Any],
    *,
    media_type: str = "application/json",
    tagged: bool = False,
    located: bool = False,
) -> Any:
    good: Schema = {"description": "It worked.", "content": {media_type: {"schema": schema}}}
    headers = {**(_TAG if tagged else {}), **(_PLACE if located else {})}
    if headers:
        good["headers"] = headers
    return {status: good, **failures()}
