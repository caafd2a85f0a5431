"""XC-04: files in a folder and in a real S3: streamed in and out, in parts, and erased without a trace."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
import pytest
from crm.v1 import files_pb2 as pb
from crm.v1.files_pb2_grpc import FilesStub
from sqlalchemy import func, select

from kit.beside.files.service import OF_ONE
from kit.beside.files.store import PIECE, FolderStore, Store, store_of
from kit.beside.files.sweeping import sweep_files
from kit.beside.files.tables import loose_content
from kit.errors import Busy, Invalid, Unavailable
from kit.ids import uuid7
from kit.settings import ServiceSettings
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.beside import seaweed
from tests.kit.toy.contract import pb as toy
from tests.kit.toy.contract import services
from tests.waiting import until

ENTITY = "toys.Toy"
LONG = bytes(range(256)) * (2 * PIECE // 256) + b"the end"
_MESSAGE = 1024 * 1024


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Bucket]:
    if seaweed.program() is None:
        pytest.skip("There is no SeaweedFS for this machine.")
    with seaweed.running(tmp_path_factory.mktemp("seaweed") / "s3") as started:
        yield started


def _settings(toys: Serving, **said: str) -> ServiceSettings:
    settings: Any = toys.process.settings
    return replace(settings, **said)  # type: ignore[no-any-return]  # a dataclass of its own kind


@pytest.fixture(params=["folder", "s3"])
def settings(
    toys: Serving, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[ServiceSettings]:
    """The service of toys keeps its files there for one test."""
    if request.param == "folder":
        said = {"files": str(tmp_path)}
    else:
        given: seaweed.Bucket = request.getfixturevalue("bucket")
        said = {
            "files": f"s3://{seaweed.BUCKET}/{uuid7()}",
            "s3_endpoint": given.endpoint,
            "s3_key_id": seaweed.KEY,
            "s3_secret": seaweed.SECRET,
        }
    before, toys.process.settings = toys.process.settings, _settings(toys, **said)
    yield toys.process.settings  # type: ignore[misc]  # what a service reads is more than any process
    toys.process.settings = before


async def _everything(store: Store) -> list[str]:
    inside: Any = store
    if isinstance(store, FolderStore):
        return [str(each) for each in inside._root.rglob("*") if each.is_file()]
    found = obstore.list(inside._store)
    return [each["path"] async for batch in found for each in batch]


async def _read(store: Store, content: UUID, first: int, length: int) -> bytes:
    return b"".join([part async for part in store.read(content, first, length)])


async def test_a_store_gives_any_part_and_keeps_nothing_of_what_is_erased(
    settings: ServiceSettings,
) -> None:
    store, content, other = store_of(settings, "toys"), uuid7(), uuid7()
    for number, start in enumerate(range(0, len(LONG), PIECE)):
        await store.write(content, number, LONG[start : start + PIECE])
    await store.write(other, 0, b"another")
    assert await _read(store, content, 0, len(LONG)) == LONG
    for first, length in ((0, 1), (PIECE - 3, 7), (2 * PIECE - 1, 8), (len(LONG) - 2, 2)):
        assert await _read(store, content, first, length) == LONG[first : first + length]
    assert len(await _everything(store)) == 4
    await store.erase(content)
    await store.erase(content)
    assert await _read(store, other, 0, 7) == b"another"
    assert len(await _everything(store)) == 1


class Desk:
    """One person with one toy, and the way to its files."""

    def __init__(self, toys: Serving, actor: Any, made: Any) -> None:
        self.toys, self.made = toys, made
        self.files: Any = toys.stub(FilesStub, actor)

    async def put(self, name: str, body: bytes, *, whole: bool = True) -> pb.File:
        async def pieces() -> AsyncIterator[pb.FilePiece]:
            yield pb.FilePiece(file=pb.NewFile(entity=ENTITY, id=self.made.id, name=name))
            for start in range(0, len(body), _MESSAGE):
                yield pb.FilePiece(data=body[start : start + _MESSAGE])
            if whole:
                yield pb.FilePiece(end=pb.FileEnd(size=len(body)))

        return await self.files.Upload(pieces())  # type: ignore[no-any-return]  # stubs are untyped

    async def content(self, of: pb.File, **asked: int) -> bytes:
        request = pb.FileDownload(**self.named(of), **asked)
        parts = [each async for each in self.files.Download(request, seconds=20)]
        return b"".join(each.data for each in parts)

    def named(self, of: pb.File) -> dict[str, Any]:
        return {"entity": ENTITY, "id": self.made.id, "file_id": of.id}

    async def loose(self) -> list[Any]:
        return await self.toys.process.database.rows(select(loose_content.c.id))


@pytest.fixture
async def desk(toys: Serving, organisation: TestOrganisation, private: None) -> Desk:
    actor = await organisation.person("Fil")
    made = await toys.stub(services.ToysStub, actor).Create(toy.Toy(name="Bear"))
    return Desk(toys, actor, made)


async def test_a_file_goes_in_out_and_away(desk: Desk, settings: ServiceSettings) -> None:
    """XC-04: from the first byte to the last trace, in a folder and in a bucket."""
    store = store_of(settings, "toys")
    made = await desk.put("bear.dat", LONG)
    assert await desk.content(made) == LONG
    assert await desk.content(made, first=PIECE - 1, length=2) == LONG[PIECE - 1 : PIECE + 1]
    assert await desk.content(made, first=-7) == b"the end"
    await desk.files.Delete(pb.FileRequest(**desk.named(made)))
    assert len(await _everything(store)) == 3
    await sweep_files(desk.toys.process)
    assert (await _everything(store), await desk.loose()) == ([], [])


async def test_what_broke_off_leaves_nothing(desk: Desk, settings: ServiceSettings) -> None:
    with pytest.raises(Invalid):
        await desk.put("bear.dat", LONG, whole=False)
    assert (await _everything(store_of(settings, "toys")), await desk.loose()) == ([], [])


async def test_what_a_killed_process_left_is_erased_when_it_is_due(
    desk: Desk, settings: ServiceSettings
) -> None:
    """XC-04: a piece, and in a folder also one that was half written under a name no listing tells."""
    store, content = store_of(settings, "toys"), uuid7()
    await store.write(content, 0, b"a piece")
    if isinstance(store, FolderStore):
        (store._root / store.place(content) / "1#1").write_bytes(b"half a pie")
    database = desk.toys.process.database
    async with database.transaction() as transaction:
        line = {"id": content, "due_at": func.now() + timedelta(minutes=1)}
        await transaction.count(loose_content.insert().values(line))
    await sweep_files(desk.toys.process)
    assert len(await _everything(store)) >= 1, "It may still be on its way."
    async with database.transaction() as transaction:
        now = loose_content.update().where(loose_content.c.id == content)
        await transaction.count(now.values(due_at=func.now()))
    await sweep_files(desk.toys.process)
    assert (await _everything(store), await desk.loose()) == ([], [])


async def test_a_file_that_is_too_large_is_refused_and_not_kept(
    desk: Desk, toys: Serving, tmp_path: Path
) -> None:
    before = toys.process.settings
    toys.process.settings = _settings(toys, files=str(tmp_path), file_bytes=PIECE + 1)  # type: ignore[arg-type]  # a number, too
    try:
        await desk.put("fits.dat", bytes(PIECE + 1))
        with pytest.raises(Invalid) as refused:
            await desk.put("large.dat", bytes(PIECE + 2))
    finally:
        toys.process.settings = before
    assert "at most 4 MB" in refused.value.fields["file"]
    assert await desk.loose() == []


async def test_a_store_that_is_away_is_an_outage_and_no_fault(
    desk: Desk, toys: Serving, tmp_path: Path
) -> None:
    """Nothing is promised: no row of a file without its bytes."""
    (tmp_path / "no-folder").write_text("")
    before = toys.process.settings
    toys.process.settings = _settings(toys, files=str(tmp_path / "no-folder"))
    try:
        with pytest.raises(Unavailable):
            await desk.put("bear.txt", b"Brown.")
    finally:
        toys.process.settings = before
    page = await desk.files.List(pb.FilesRequest(entity=ENTITY, id=desk.made.id))
    assert list(page.items) == []


async def test_one_person_sends_few_at_a_time(
    desk: Desk, toys: Serving, organisation: TestOrganisation
) -> None:
    """Whoever sends slowly keeps nobody else waiting; what was broken off frees its place."""
    go_on, before = asyncio.Event(), {each.id for each in await desk.loose()}

    async def under_way() -> bool:
        return len({each.id for each in await desk.loose()} - before) >= OF_ONE

    async def slow() -> AsyncIterator[pb.FilePiece]:
        yield pb.FilePiece(file=pb.NewFile(entity=ENTITY, id=desk.made.id, name="slow.txt"))
        yield pb.FilePiece(data=b"Slowly")
        await go_on.wait()
        yield pb.FilePiece(end=pb.FileEnd(size=6))

    async with asyncio.TaskGroup() as group:
        for _ in range(OF_ONE):
            group.create_task(desk.files.Upload(slow()))
        await until(under_way, "all of them are under way")
        with pytest.raises(Busy):
            await desk.put("one-more.txt", b"One more.")
        other = await organisation.person("Olga")
        theirs = await toys.stub(services.ToysStub, other).Create(toy.Toy(name="Doll"))
        assert (await Desk(toys, other, theirs).put("hers.txt", b"Hers.")).size == 5
        go_on.set()
    assert (await desk.put("one-more.txt", b"One more.")).size == 9
