"""What all pages have alike: a router that the manual leaves out, and the visit that is answered."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.dependencies import TheSite
from gateway.web.frame.visits import Visit, remember

OF_ENTITY, OF_RECORD = "/{plural}", "/{plural}/{record_id}"
"""What an address begins with when it is about an entity or one record, which the visit then finds."""


def pages(prefix: str = "") -> APIRouter:
    return APIRouter(prefix=prefix, default_response_class=Response, include_in_schema=False)


async def _opened(request: Request, site: TheSite) -> AsyncIterator[Visit]:
    visit = await site.open(request)
    # Should the page fail, the problem is told within the frame of whoever visits.
    remember(request.scope, visit)
    try:
        yield visit
    finally:
        # What was uploaded lies in a file, which goes with the request.
        await request.close()


TheVisit = Annotated[Visit, Depends(_opened)]
FormText = Annotated[str, Form()]
