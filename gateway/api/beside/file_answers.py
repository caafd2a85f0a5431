"""How a file goes out over HTTP: never run, never guessed at, and in parts for whoever asks for a part."""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from crm.v1 import files_pb2 as pb
from starlette.responses import Response, StreamingResponse

from gateway.api.exports import attachment

SANDBOX = "sandbox; default-src 'none'"
"""Whatever a file is, where a browser opens its address nothing in it runs or loads."""
_RANGE = re.compile(r"bytes=([0-9]{0,10})-([0-9]{0,10})")
_GREATEST = 2**31 - 1


def part_wanted(header: str) -> tuple[int, int] | None:
    """The first byte and the length that `Range` names; several parts, or none, are the whole (RFC 9110)."""
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found[1], found[2]
    if not first:
        return (-min(int(last), _GREATEST), 0) if int(last) else None
    if not last:
        return min(int(first), _GREATEST), 0
    length = min(int(last), _GREATEST) - int(first) + 1
    return (int(first), length) if length > 0 else None


def file_response(
    slice_: pb.FileSlice, pieces: AsyncIterator[pb.FilePart], *, is_part: bool, shows: bool
) -> Response:
    """The bytes, to be kept; only what a page shows as a picture or document is not an attachment."""
    file = slice_.file
    inline = shows and file.preview in {"picture", "pdf"}
    named = attachment(file.name)
    headers = {
        "Content-Disposition": named.replace("attachment", "inline", 1) if inline else named,
        "Content-Length": str(slice_.length),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.digest}"',
    }
    status = HTTPStatus.OK
    if is_part:
        last = slice_.first + slice_.length - 1
        headers["Content-Range"] = f"bytes {slice_.first}-{last}/{file.size}"
        status = HTTPStatus.PARTIAL_CONTENT
    return StreamingResponse(_onward(pieces), status, headers, media_type=file.media_type)


async def _onward(pieces: Any) -> AsyncIterator[bytes]:
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece.data
