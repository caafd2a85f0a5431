"""XC-06: words are found in records, notes and names of files, by what the viewer sees of each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from crm.v1 import files_pb2, notes_pb2, records_pb2, search_pb2, standard_pb2
from crm.v1.files_pb2_grpc import FilesStub
from crm.v1.notes_pb2_grpc import NotesStub
from crm.v1.records_pb2_grpc import RecordsStub
from crm.v1.search_pb2_grpc import SearchStub
from sqlalchemy import func, select

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.search.collecting import forget_words, sources_of, take_in
from kit.search.tables import search_source, search_word
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.house import opened
from tests.kit.toy.shop import TOY, Defining, define, shop, unique

__all__ = ["define", "shop"]


class Finder:
    """What somebody finds."""

    def __init__(self, toys: Serving, actor: Actor) -> None:
        self._toys, self._actor = toys, actor

    async def __call__(self, q: str, **asked: Any) -> list[search_pb2.SearchHit]:
        return list((await self.answer(q, **asked)).items)

    async def answer(self, q: str, **asked: Any) -> search_pb2.SearchHits:
        stub: Any = self._toys.stub(SearchStub, self._actor)
        return await stub.Find(search_pb2.SearchRequest(q=q, **asked))  # type: ignore[no-any-return]  # stubs are untyped


@pytest.fixture
async def ana(toys: Serving, organisation: TestOrganisation) -> Actor:
    await opened(organisation, "private")
    return await organisation.person("Ana")


@pytest.fixture
def find(toys: Serving, ana: Actor) -> Finder:
    return Finder(toys, ana)


async def made(toys: Serving, actor: Actor, **said: Any) -> Any:
    return await toys.stub(services.ToysStub, actor).Create(pb.Toy(**said))


async def noted(toys: Serving, actor: Actor, toy: Any, body: str) -> Any:
    asked = notes_pb2.NewNote(entity=TOY, id=toy.id, body=body)
    return await toys.stub(NotesStub, actor).Create(asked)


async def filed(toys: Serving, actor: Actor, toy: Any, name: str, data: bytes = b"Hello.") -> Any:
    async def pieces() -> Any:
        new = files_pb2.NewFile(entity=TOY, id=toy.id, name=name)
        yield files_pb2.FilePiece(file=new)
        yield files_pb2.FilePiece(data=data)
        yield files_pb2.FilePiece(end=files_pb2.FileEnd(size=len(data)))

    return await toys.stub(FilesStub, actor).Upload(pieces())


def hidden(name: str) -> FieldAccess:
    return FieldAccess(TOY, name, "hidden")


def said(hits: Sequence[search_pb2.SearchHit]) -> list[tuple[str, str, str]]:
    """What was found where and how."""
    return [(each.kind, each.field, each.how) for each in hits]


def marked(hit: search_pb2.SearchHit) -> list[str]:
    return [hit.snippet[each.start : each.start + each.length] for each in hit.marks]


async def test_words_are_found_in_records_notes_and_names_of_files(
    toys: Serving, ana: Actor, find: Finder
) -> None:
    """XC-06: ranked, folded, each with its snippet and why it matched."""
    word = f"b{unique()}"
    other = await made(toys, ana, name="Another", note=f"Beside the {word.upper()}.")
    toy = await made(toys, ana, name=f"Röder {word}")
    note = await noted(toys, ana, toy, f"They want the {word}er, said @[Ana]({ana.person_id}).")
    file = await filed(toys, ana, toy, f"{word}-offer.txt")
    hits = await find(word)
    assert [(each.kind, each.id, each.part_id) for each in hits] == [
        ("record", toy.id, ""),
        ("file", toy.id, file.id),
        ("record", other.id, ""),
        ("note", toy.id, note.id),
    ]
    assert [each.how for each in hits] == ["exact", "exact", "exact", "beginning"]
    assert hits[2].title == "Another"
    assert (hits[2].label, marked(hits[2])) == ("Note", [word.upper()])
    assert hits[3].snippet == f"They want the {word}er, said @Ana."
    assert marked(hits[3]) == [word]
    assert [each.id for each in await find(f"RODER {word}")] == [toy.id]
    assert said(await find(word, kinds=["note"])) == [("note", "body", "beginning")]
    assert len(await find(word, entities=[TOY], limit=2)) == 2
    assert await find(word, entities=["toys.Diary"]) == []


async def test_who_does_not_see_a_record_finds_nothing_of_it(
    toys: Serving, ana: Actor, organisation: TestOrganisation
) -> None:
    """XC-06, ID-08: not by its fields, its notes, its files, nor by their number."""
    word = f"b{unique()}"
    toy = await made(toys, ana, name=word)
    await noted(toys, ana, toy, word)
    await filed(toys, ana, toy, f"{word}.txt")
    stranger = Finder(toys, await organisation.person("Mallory"))
    assert await stranger.answer(word) == search_pb2.SearchHits()
    blind = await organisation.person("Blind", Permission(entity="toys.Diary", view=True))
    assert await Finder(toys, blind).answer(word) == search_pb2.SearchHits()


async def test_what_is_in_the_bin_is_not_found(toys: Serving, ana: Actor, find: Finder) -> None:
    word = f"b{unique()}"
    toy = await made(toys, ana, name=word)
    await noted(toys, ana, toy, word)
    stub = toys.stub(services.ToysStub, ana)
    await stub.Delete(standard_pb2.DeleteRequest(id=toy.id))
    assert await find(word) == []
    back = records_pb2.RestoreRequest(entity=TOY, id=toy.id)
    await toys.stub(RecordsStub, ana).Restore(back)
    assert len(await find(word)) == 2


async def test_a_hidden_field_neither_matches_nor_shows(
    toys: Serving, ana: Actor, organisation: TestOrganisation, define: Defining
) -> None:
    """XC-06: among them custom ones, and what a record is called."""
    word, key = f"b{unique()}", f"k_{unique()}"
    await define(key, "text", searched=True)
    await made(toys, ana, name="Known", secret=f"{word}secret", custom={key: f"{word}custom"})
    everything = Permission(entity="*", view=True, view_all=True)
    sees = Finder(toys, await organisation.person("Sue", everything))
    assert sorted(each.field for each in await sees(word)) == ["secret"]
    assert [each.field for each in await sees(f"{word}custom")] == [f"custom.{key}"]
    hides = (hidden("secret"), hidden(f"custom.{key}"))
    profile = await organisation.profile(everything, fields=hides)
    blind = Finder(toys, await organisation.person("Bea", profiles=(profile,)))
    assert await blind.answer(word) == search_pb2.SearchHits()
    assert [each.title for each in await blind("known")] != []
    nameless = await organisation.profile(everything, fields=(hidden("name"),))
    stranger = Finder(toys, await organisation.person("Nemo", profiles=(nameless,)))
    assert [each.title for each in await stranger(word)] == [""]


async def test_words_nearly_alike_and_the_middle_of_words_are_found_when_they_are_taken_in(
    toys: Serving, ana: Actor, find: Finder
) -> None:
    """XC-06: typo-tolerant; what is as it was typed comes first."""
    toy = await made(toys, ana, name="Quillbrooke Xenolith", email="sales@quillbrooke.example")
    await noted(toys, ana, toy, "Wants zyxwvutsrqp.")
    assert await find("quilbroke") == []
    await taken_in(toys)
    assert [(each.title, each.how) for each in await find("quilbroke")] == [(toy.name, "similar")]
    assert [(each.title, each.how) for each in await find("enolit")] == [(toy.name, "middle")]
    assert marked((await find("enolit"))[0]) == ["enolit"]
    assert said(await find("zyxwvutrsqp")) == [("note", "body", "similar")]
    assert await find("quilbroke", kinds=["note"]) == []
    assert await find("abcdefquil") == []


async def taken_in(toys: Serving) -> None:
    """All that was written, whatever the clocks of others may say."""
    [(now,)] = await toys.process.database.rows(select(func.clock_timestamp()))
    for source in sources_of(toys.process):
        await take_in(toys.process, source, now)


@pytest.mark.parametrize("text", ["", "   ", "'", "\\", "&|!:*()<>", "%_", "\x00", "…"])
async def test_signs_alone_find_nothing(find: Finder, text: str) -> None:
    assert await find(text) == []


async def test_signs_among_words_are_no_commands(toys: Serving, ana: Actor, find: Finder) -> None:
    word = f"b{unique()}"
    toy = await made(toys, ana, name=f"<b>{word}</b> & co")
    [hit] = await find(f"'{word}' | !x:*".replace("x", "co"))
    assert (hit.id, hit.snippet) == (toy.id, toy.name)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "x" * 180_000}, "q"),
        ({"q": " ".join(map(str, range(13)))}, "q"),
        ({"q": "x", "kinds": ["gossip"]}, "kinds"),
        ({"q": "x", "entities": ["sales.Opportunity"]}, "entities"),
        ({"q": "x", "limit": 51}, "limit"),
    ],
)
async def test_what_cannot_be_asked_is_named(
    find: Finder, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await find(**asked)
    assert field in refused.value.fields


async def test_of_many_the_one_that_is_called_so_comes_first(
    toys: Serving, ana: Actor, find: Finder
) -> None:
    """XC-06: and a name is found by its first two letters, where words are not."""
    word = f"q{unique()}"
    named = await made(toys, ana, name=word)
    for number in range(3):
        await made(toys, ana, name=f"{word} {number}")
    first, *rest = await find(word)
    assert (first.id, first.score) == (named.id, 1000)
    assert {each.score for each in rest} == {900}
    short = await made(toys, ana, name="ßq")
    assert short.id in {each.id for each in await find("SSQ")}
    assert short.id in {each.id for each in await find("ss", limit=50)}


async def test_words_that_nobody_writes_any_more_are_forgotten(
    toys: Serving, ana: Actor, find: Finder
) -> None:
    """XC-06: what is known of words goes, once all was gone through without meeting them."""
    stays, goes = (f"b{unique()}" for _ in range(2))
    await made(toys, ana, name=stays)
    toy = await made(toys, ana, name=goes)
    await taken_in(toys)
    await toys.stub(services.ToysStub, ana).Delete(standard_pb2.DeleteRequest(id=toy.id))
    week_ago = func.now() - timedelta(days=8)
    async with toys.process.database.transaction() as transaction:
        await transaction.count(search_word.update().values(seen_at=week_ago))
        await transaction.count(search_source.update().values(began_at=week_ago))
    await forget_words(toys.process)
    await taken_in(toys)
    await forget_words(toys.process)
    word = search_word.c.word
    left = await toys.process.database.rows(select(word).where(word.in_((stays, goes))))
    assert [each.word for each in left] == [stays]
