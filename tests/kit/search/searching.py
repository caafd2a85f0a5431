"""Somebody who searches among toys, and toys with something to be found."""

from typing import Any

from crm.v1 import files_pb2, notes_pb2, search_pb2
from crm.v1.files_pb2_grpc import FilesStub
from crm.v1.notes_pb2_grpc import NotesStub
from crm.v1.search_pb2_grpc import SearchStub
from sqlalchemy import func, select

from kit.actor import Actor
from kit.search.collecting import sources_of, take_in
from kit.search.tables import search_word
from kit.testing.serving import Serving
from kit.texts.reading import read_files
from tests.kit.toy.contract import pb, services
from tests.kit.toy.shop import TOY
from tests.waiting import until


class Finder:
    """What somebody finds."""

    def __init__(self, toys: Serving, actor: Actor) -> None:
        self._toys, self._actor = toys, actor

    async def __call__(self, q: str, **asked: Any) -> list[search_pb2.SearchHit]:
        return list((await self.answer(q, **asked)).items)

    async def answer(self, q: str, **asked: Any) -> search_pb2.SearchHits:
        stub: Any = self._toys.stub(SearchStub, self._actor)
        return await stub.Find(search_pb2.SearchRequest(q=q, **asked))  # type: ignore[no-any-return]  # stubs are untyped


async def made(toys: Serving, actor: Actor, **said: Any) -> Any:
    return await toys.stub(services.ToysStub, actor).Create(pb.Toy(**said))


async def noted(toys: Serving, actor: Actor, toy: Any, body: str) -> Any:
    asked = notes_pb2.NewNote(entity=TOY, id=toy.id, body=body)
    return await toys.stub(NotesStub, actor).Create(asked)


async def filed(
    toys: Serving, actor: Actor, toy: Any, name: str, data: bytes = b"Hello.", file_id: str = ""
) -> Any:
    async def pieces() -> Any:
        new = files_pb2.NewFile(entity=TOY, id=toy.id, name=name, file_id=file_id)
        yield files_pb2.FilePiece(file=new)
        yield files_pb2.FilePiece(data=data)
        yield files_pb2.FilePiece(end=files_pb2.FileEnd(size=len(data)))

    return await toys.stub(FilesStub, actor).Upload(pieces())


async def read(toys: Serving, actor: Actor, toy: Any) -> list[files_pb2.File]:
    """The files of a toy, once their text was read, here or in the background."""
    files: list[files_pb2.File] = []

    async def settled() -> bool:
        await read_files(toys.process)
        asked = files_pb2.FilesRequest(entity=TOY, id=toy.id)
        files[:] = (await toys.stub(FilesStub, actor).List(asked)).items
        return all(each.text_state != "waiting" for each in files)

    await until(settled, "their text is read")
    return files


async def taken_in(toys: Serving, *words: str) -> None:
    """All that was written, whatever the clocks of others may say; the background is at it as well."""

    async def known() -> bool:
        [(now,)] = await toys.process.database.rows(select(func.clock_timestamp()))
        for source in sources_of(toys.process):
            await take_in(toys.process, source, now)
        return await kept(toys, *words) == set(words)

    await until(known, f"{words} are known")


async def kept(toys: Serving, *words: str) -> set[str]:
    """Which of some words are known."""
    held = select(search_word.c.word).where(search_word.c.word.in_(words))
    return {row.word for row in await toys.process.database.rows(held)}
