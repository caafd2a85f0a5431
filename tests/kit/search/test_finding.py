"""XC-06: words are found in records, notes and names of files, by what the viewer sees of each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from crm.v1 import records_pb2, search_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import func

from cli.demo.papers import pdf
from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.search.collecting import forget_words
from kit.search.tables import search_source, search_word
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.search.searching import Finder, filed, kept, made, noted, read, taken_in
from tests.kit.toy.contract import services
from tests.kit.toy.shop import TOY, Defining, define, shop, unique
from tests.waiting import until

__all__ = ["define", "shop"]


@pytest.fixture
async def ana(organisation: TestOrganisation, private: None) -> Actor:
    return await organisation.person("Ana")


@pytest.fixture
def find(toys: Serving, ana: Actor) -> Finder:
    return Finder(toys, ana)


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
    await taken_in(toys, "quillbrooke", "zyxwvutsrqp")
    assert [(each.title, each.how) for each in await find("quilbroke")] == [(toy.name, "similar")]
    assert [(each.title, each.how) for each in await find("enolit")] == [(toy.name, "middle")]
    assert marked((await find("enolit"))[0]) == ["enolit"]
    assert said(await find("zyxwvutrsqp")) == [("note", "body", "similar")]
    assert await find("quilbroke", kinds=["note"]) == []
    assert await find("abcdefquil") == []


async def test_what_files_say_is_found_once_it_is_read(
    toys: Serving, ana: Actor, find: Finder, organisation: TestOrganisation
) -> None:
    """XC-06: the version that counts, with what stands around the words; one file is one hit."""
    word, other = (f"b{unique()}" for _ in range(2))
    toy = await made(toys, ana, name="Papers")
    said = ["Before it " * 90, f"They want {word} and more.", "After it " * 90, other]
    file = await filed(toys, ana, toy, f"{other}.pdf", pdf(said))
    assert file.text_state == "waiting"
    await read(toys, ana, toy)
    [hit] = await find(word)
    assert (hit.kind, hit.field, hit.part_id, hit.name) == ("file", "text", file.id, file.name)
    assert (f"They want {word} and more." in hit.snippet, marked(hit)) == (True, [word])
    assert [each.field for each in await find(f"{word} {other}")] == ["text"]
    assert [each.field for each in await find(other)] == ["name"]
    stranger = Finder(toys, await organisation.person("Mallory"))
    assert await stranger.answer(word) == search_pb2.SearchHits()
    await filed(toys, ana, toy, file.name, pdf(["Other words"]), file_id=file.id)
    assert await find(word) == []
    await filed(toys, ana, toy, "broken.pdf", b"%PDF-1.4 nothing behind it")
    broken, whole = await read(toys, ana, toy)
    assert (broken.text_state, whole.text_state) == ("unreadable", "read")
    assert "damaged" in broken.text_error


@pytest.mark.parametrize("text", ["", "   ", "'", "\\", "&|!:*()<>", "%_", "…"])
async def test_signs_alone_find_nothing(find: Finder, text: str) -> None:
    assert await find(text) == []


async def test_many_words_are_one_question(toys: Serving, ana: Actor, find: Finder) -> None:
    many = " ".join(f"{chr(ord('a') + number % 26)}{number}" for number in range(60))[:200]
    toy = await made(toys, ana, name="Many", note=many)
    assert [each.id for each in await find(many)] == [toy.id]


async def test_signs_among_words_are_no_commands(toys: Serving, ana: Actor, find: Finder) -> None:
    word = f"b{unique()}"
    toy = await made(toys, ana, name=f"<b>{word}</b> & co")
    [hit] = await find(f"'{word}' | !x:*".replace("x", "co"))
    assert (hit.id, hit.snippet) == (toy.id, toy.name)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "x" * 180_000}, "q"),
        ({"q": "x\0y"}, "q"),
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
    await taken_in(toys, stays, goes)
    await toys.stub(services.ToysStub, ana).Delete(standard_pb2.DeleteRequest(id=toy.id))
    week_ago = func.now() - timedelta(days=8)
    async with toys.process.database.transaction() as transaction:
        await transaction.count(search_word.update().values(seen_at=week_ago))
        await transaction.count(search_source.update().values(began_at=week_ago))

    async def forgotten() -> bool:
        await forget_words(toys.process)
        await taken_in(toys)
        return await kept(toys, stays, goes) == {stays}

    await until(forgotten, f"{goes} is forgotten")
