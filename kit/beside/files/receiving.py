"""A file comes in piece by piece and goes to the store as it comes; memory holds one piece of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.v1 import files_pb2 as pb
from sqlalchemy import func

from kit.beside.files.kinds import BEGINNING, Content
from kit.beside.files.store import PIECE, Store
from kit.beside.files.tables import loose_content
from kit.database.engine import Database
from kit.errors import Invalid
from kit.ids import uuid7
from kit.rpc.server import LONGEST_STREAM_SECONDS

_BROKE_OFF = "The file broke off before its end; send it again."
_EMPTY = "The file is empty; choose another one."
# Nobody writes any more by then: the call has been given up.
_LEASE = timedelta(seconds=LONGEST_STREAM_SECONDS + 300)

Pieces = AsyncIterator[pb.FilePiece]
Look = Callable[[bytes], Content]


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that lie whole in the store, and are nobody's yet."""

    content_id: UUID
    size: int
    digest: str
    content: Content


async def head_of(pieces: Pieces) -> pb.NewFile:
    """The first piece says where the others belong."""
    first = await anext(pieces, None)
    if first is None or first.WhichOneof("piece") != "file":
        raise Invalid(file="Say what the file is before its bytes.")
    return first.file


@asynccontextmanager
async def received(
    pieces: Pieces, store: Store, database: Database, most: int, look: Look
) -> AsyncIterator[Received]:
    """The file in the store; unless the block makes it somebody's, nothing of it is left.

    That it may be left is written down before its first byte, so that it is found and erased whatever
    ends this process.
    """
    content_id = uuid7()
    due = {"id": content_id, "due_at": func.now() + _LEASE}
    async with database.transaction() as transaction:
        await transaction.count(loose_content.insert().values(due))
    try:
        yield await _Receiving(store, content_id, most, look).through(pieces)
    except BaseException:
        # Should this fail as well, it is done when it is due.
        with suppress(Exception):
            await asyncio.shield(_discarded(store, database, content_id))
        raise


async def claimed(work: Any, content_id: UUID) -> None:
    """The bytes are somebody's, in the transaction that names them; what came too late is refused."""
    taken = loose_content.delete().where(loose_content.c.id == content_id)
    if not await work.run(taken.returning(loose_content.c.id)):
        raise Invalid(file="The file took too long to come; send it again.")


async def _discarded(store: Store, database: Database, content_id: UUID) -> None:
    """Erases what was received and became nobody's."""
    line = loose_content.c.id == content_id
    async with database.transaction() as transaction:
        held = loose_content.select().where(line).with_for_update()
        if await transaction.rows(held):
            await store.erase(content_id)
            await transaction.count(loose_content.delete().where(line))


class _Receiving:
    """One file on its way into the store."""

    def __init__(self, store: Store, content_id: UUID, most: int, look: Look) -> None:
        self._store = store
        self._id = content_id
        self._most = most
        self._look = look
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self._size = self._written = 0
        self._content: Content | None = None

    async def through(self, pieces: Pieces) -> Received:
        async for piece in pieces:
            if piece.WhichOneof("piece") == "end":
                return await self._ended(piece.end.size)
            await self._add(piece.data)
        raise Invalid(file=_BROKE_OFF)

    async def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._most:
            told = f"A file has at most {self._most // (1024 * 1024):,} MB; this one is larger."
            raise Invalid(file=told)
        self._digest.update(data)
        self._waiting += data
        if self._content is None and len(self._waiting) >= BEGINNING:
            # What is not taken is refused before the rest of it comes.
            self._content = self._look(bytes(self._waiting))
        while len(self._waiting) >= PIECE:
            await self._write(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]

    async def _ended(self, size: int) -> Received:
        if size != self._size:
            raise Invalid(file=_BROKE_OFF)
        if not size:
            raise Invalid(file=_EMPTY)
        content = self._content or self._look(bytes(self._waiting))
        if self._waiting:
            await self._write(bytes(self._waiting))
        return Received(self._id, size, self._digest.hexdigest(), content)

    async def _write(self, piece: bytes) -> None:
        await self._store.write(self._id, self._written, piece)
        self._written += 1
