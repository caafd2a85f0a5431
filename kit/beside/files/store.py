"""Where the bytes of files lie: a folder of this machine, or any S3.

A content is kept in pieces of 4 MiB, each written whole. So an upload holds one piece in memory, a part of
a file is read without what stands before it, and whatever an upload leaves when it breaks off is seen
and erased; parts of a multipart upload would lie in a bucket unseen.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from kit.errors import Unavailable
from kit.settings import Misconfigured, ServiceSettings
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from obstore.store import S3Config

PIECE = 4 * 1024 * 1024
_GIVE_UP = timedelta(seconds=20)
_AWAY = "The store of files does not answer right now; try again in a moment."


class Store(Protocol):
    """Keeps contents by id."""

    async def write(self, content: UUID, number: int, piece: bytes) -> None:
        """Keeps one piece for good: when this returns, it is there after a power failure too."""

    def read(self, content: UUID, first: int, length: int) -> AsyncIterator[bytes]:
        """Some bytes of a content, piece by piece."""

    async def erase(self, content: UUID) -> None:
        """Takes everything away that was kept of a content, whole or not."""


class _Pieces:
    """What both stores do alike."""

    def __init__(self, store: ObjectStore, folder: str) -> None:
        self._store = store
        self._folder = folder

    def place(self, content: UUID) -> str:
        """The end of an id is chance, so that no folder holds too many."""
        return f"{self._folder}/{content.hex[-2:]}/{content}"

    async def write(self, content: UUID, number: int, piece: bytes) -> None:
        with _answering():
            path = f"{self.place(content)}/{number}"
            await obstore.put_async(self._store, path, piece, use_multipart=False)

    async def read(self, content: UUID, first: int, length: int) -> AsyncIterator[bytes]:
        end = first + length
        while first < end:
            number, start = divmod(first, PIECE)
            stop = min(PIECE, start + end - first)
            path = f"{self.place(content)}/{number}"
            with _answering():
                part = await obstore.get_range_async(self._store, path, start=start, end=stop)
            yield bytes(part)
            first += stop - start


class FolderStore(_Pieces):
    """A folder of this machine."""

    def __init__(self, root: Path, folder: str) -> None:
        self._root = root.absolute()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(LocalStore(self._root), folder)

    async def write(self, content: UUID, number: int, piece: bytes) -> None:
        await super().write(content, number, piece)
        with _answering():
            await asyncio.to_thread(_settle, self._root / self.place(content) / str(number))

    async def erase(self, content: UUID) -> None:
        """The folder goes as it is: what was half written has a name that no listing tells."""
        with _answering():
            await asyncio.to_thread(_remove, self._root / self.place(content))


class BucketStore(_Pieces):
    """A bucket of an S3."""

    async def erase(self, content: UUID) -> None:
        with _answering():
            async for batch in obstore.list(self._store, f"{self.place(content)}/"):
                await obstore.delete_async(self._store, [each["path"] for each in batch])


def _settle(path: Path) -> None:
    """To the disk with a file and with the folders that lead to it, which may be new."""
    for place in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


@contextmanager
def _answering() -> Iterator[None]:
    """What is wrong with a store is told to the log in full, and to people as an outage."""
    try:
        yield
    except (BaseError, OSError) as wrong:
        log.error("files.store", error=repr(wrong)[:500])
        raise Unavailable(_AWAY, retry_after=5) from wrong


def store_of(settings: ServiceSettings, service: str) -> Store:
    """The store that the settings name; a service keeps to a folder of its own."""
    keys = (settings.s3_endpoint, settings.s3_region, settings.s3_key_id, settings.s3_secret)
    return _opened(settings.files, service, *keys)


@cache
def _opened(
    place: str, service: str, endpoint: str, region: str, key_id: str, secret: str
) -> Store:
    parts = urlsplit(place)
    if parts.scheme != "s3":
        with _answering():
            return FolderStore(Path(place), service)
    if not parts.netloc:
        raise Misconfigured(f"RAPPORT_FILES={place!r} names no bucket; write s3://bucket/folder.")
    config: S3Config = {"region": region}
    # What is not said here, the library finds where machines of a cloud tell it.
    if endpoint:
        config["endpoint"] = endpoint
    if key_id:
        config |= {"access_key_id": key_id, "secret_access_key": secret}
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": endpoint.startswith("http://")},
        retry_config={"max_retries": 3, "retry_timeout": _GIVE_UP},
    )
    return BucketStore(store, service)
