"""Reads the text of files that wait for it: one after the other, each in a process of its own."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, bindparam, func, select, text

import kit
from kit.beside.files.kinds import PLAIN
from kit.beside.files.store import store_of
from kit.beside.files.tables import (
    NONE,
    READ,
    UNREADABLE,
    WAITING,
    file_text,
    file_version,
)
from kit.records.process import Process
from kit.telemetry.logs import log

_ROOT = Path(kit.__file__).parents[1]
_LARGEST, _OF_PLAIN = 30 * 1024 * 1024, 1024 * 1024
_SECONDS, _TRIES, _AT_ONCE = 30, 3, 20
_LONGEST_ANSWER = 4 * 1024 * 1024
_PDF, _ARCHIVE = "application/pdf", "application/zip"
_OFFICE = ("application/vnd.openxmlformats-officedocument", _ARCHIVE)
_TOO_LARGE = "It is longer than 30 MB; its text is not searched."
_GAVE_UP = "Reading it took too long, or too much; its text is not searched."

_DUE = (
    select(file_text.c.file_id)
    .where(file_text.c.state == WAITING, file_text.c.due_at <= func.now())
    .order_by(file_text.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
# Whoever takes it has two minutes; a process that is killed leaves it to the next.
_TAKE = (
    file_text.update()
    .where(file_text.c.file_id.in_(_DUE))
    .values(due_at=text("now() + interval '2 minutes'"), tries=file_text.c.tries + 1)
    .returning(file_text.c.file_id, file_text.c.number, file_text.c.tries)
)
_BYTES = select(file_version).where(
    file_version.c.file_id == bindparam("id", type_=Uuid()),
    file_version.c.number == bindparam("of"),
)
_KEEP = (
    file_text.update()
    .where(
        file_text.c.file_id == bindparam("id", type_=Uuid()),
        file_text.c.number == bindparam("of"),
    )
    .values(
        state=bindparam("is_", type_=Text()),
        error=bindparam("why", type_=Text()),
        said=bindparam("says", type_=Text()),
        worded_at=func.now(),
    )
)


async def read_files(process: Process) -> None:
    """Reads some of those that wait; replicas share the work."""
    for _ in range(_AT_ONCE):
        if not await read_one(process):
            return


async def read_one(process: Process) -> bool:
    """One file; False where none waits."""
    async with process.database.transaction() as transaction:
        taken = await transaction.row(_TAKE)
    if taken is None:
        return False
    state, error, said = await _told(process, taken)
    given = {"id": taken.file_id, "of": taken.number, "is_": state, "why": error, "says": said}
    async with process.database.transaction() as transaction:
        await transaction.count(_KEEP, **given)
    return True


async def _told(process: Process, taken: Any) -> tuple[str, str, str]:
    """What the text of a version is: its state, why it is none, what it says."""
    rows = await process.database.rows(_BYTES, id=taken.file_id, of=taken.number)
    if not rows or not _has_text(rows[0].media_type):
        return NONE, "", ""
    if taken.tries > _TRIES:
        return UNREADABLE, _GAVE_UP, ""
    version = rows[0]
    length = min(version.size, _OF_PLAIN) if version.media_type == PLAIN else version.size
    if length > _LARGEST:
        return UNREADABLE, _TOO_LARGE, ""
    data = await _bytes(process, version.content_id, length)
    answer = await extracted(version.media_type, data)
    if error := answer.get("error", ""):
        log.info("texts.unreadable", file=str(taken.file_id), error=error)
        return UNREADABLE, error, ""
    said = answer.get("text", "").replace("\0", " ")
    return (READ if said.strip() else NONE), "", said


def _has_text(media_type: str) -> bool:
    return media_type in {PLAIN, _PDF} or media_type.startswith(_OFFICE)


async def _bytes(process: Process, content: UUID, length: int) -> bytes:
    settings: Any = process.settings
    store = store_of(settings, process.name)
    return b"".join([piece async for piece in store.read(content, 0, length)])


async def extracted(media_type: str, data: bytes, seconds: float = _SECONDS) -> dict[str, str]:
    """The text of a file, as a process tells it that has nothing else, and is killed when it takes long."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-s", "-E", "-m", "kit.texts.child", media_type),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={},
        limit=_LONGEST_ANSWER,
    )
    try:
        async with asyncio.timeout(seconds):
            return msgspec.json.decode(await _answer(child, data), type=dict[str, str])
    except (TimeoutError, msgspec.DecodeError, OSError):
        return {"error": _GAVE_UP}
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _answer(child: asyncio.subprocess.Process, data: bytes) -> bytes:
    """What it says, as far as somebody listens: it is as little trusted as what it reads."""
    assert child.stdin is not None  # noqa: S101 - it was opened with pipes
    assert child.stdout is not None  # noqa: S101 - it was opened with pipes
    child.stdin.write(data)
    await child.stdin.drain()
    child.stdin.close()
    said = b""
    while len(said) <= _LONGEST_ANSWER and (piece := await child.stdout.read(64 * 1024)):
        said += piece
    return said
