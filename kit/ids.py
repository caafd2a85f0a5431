"""Record ids: UUIDv7 (RFC 9562), so that ids sort by the time they were made."""

import os
import time
from uuid import UUID

from kit.errors import NotFound

_VERSION = 0x7000_0000_0000_0000_0000
_VARIANT = 0x8000_0000_0000_0000


def uuid7() -> UUID:
    """A new id: 48 bits of milliseconds, then 74 random bits."""
    millis = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    high = (millis << 80) | _VERSION | ((noise >> 62) & 0xFFF) << 64
    return UUID(int=high | _VARIANT | (noise & 0x3FFF_FFFF_FFFF_FFFF))


def record_id(text: UUID | str) -> UUID:
    """The id that a caller names; what is no id at all names no record."""
    if isinstance(text, UUID):
        return text
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong
