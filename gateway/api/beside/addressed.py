"""Requests about what stands beneath a record: the address and `If-Match` say of which, and as it was seen."""

from typing import Any

from gateway.contract.resources import Resource


def on_record(request: Any, resource: Resource, record_id: str) -> Any:
    """The address names the record, whatever the rest of the request says."""
    request.entity, request.id = resource.entity, record_id
    return request


def as_seen(request: Any, version: int | None) -> Any:
    """What was seen may have changed meanwhile, and is left alone then."""
    if version is not None:
        request.version = version
    return request
