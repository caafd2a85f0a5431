"""XC-03: what a note may say, whom it mentions, how notes are paged, searched and changed at once."""

from typing import Any

import orjson
import pytest
from crm.v1 import notes_pb2 as pb
from crm.v1.notes_pb2_grpc import NotesStub

from kit.beside.notes.text import LENGTH
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb as toy
from tests.kit.toy.contract import services

ENTITY = "toys.Toy"


class Desk:
    """One person with one toy, and the way to its notes."""

    def __init__(self, toys: Serving, actor: Any, made: Any = None) -> None:
        self.toys, self.actor, self.made = toys, actor, made
        self.notes: Any = toys.stub(NotesStub, actor)

    async def write(self, body: str, key: str = "", **said: Any) -> pb.Note:
        asked = pb.NewNote(entity=ENTITY, id=self.made.id, body=body, **said)
        return await self.notes.Create(asked, key=key)  # type: ignore[no-any-return]  # stubs are untyped

    async def page(self, **asked: Any) -> pb.NotePage:
        request = pb.NotesRequest(entity=ENTITY, id=self.made.id, **asked)
        return await self.notes.List(request)  # type: ignore[no-any-return]  # stubs are untyped

    async def bodies(self, **asked: Any) -> list[str]:
        return [each.body for each in (await self.page(**asked)).items]

    def change(self, of: pb.Note, **said: Any) -> Any:
        named = {"entity": ENTITY, "id": self.made.id, "note_id": of.id}
        return self.notes.Update(pb.NoteChange(**named, **said))


@pytest.fixture
async def desk(toys: Serving, organisation: TestOrganisation, private: None) -> Desk:
    actor = await organisation.person("Nora")
    made = await toys.stub(services.ToysStub, actor).Create(toy.Toy(name="Bear"))
    return Desk(toys, actor, made)


@pytest.mark.parametrize("body", ["", "  \n ", "\u200b", "a\x00b", "x" * (LENGTH + 1), "a\u202eb"])
async def test_what_is_empty_too_long_or_steers_the_reader_is_refused(
    desk: Desk, body: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.write(body)
    assert list(refused.value.fields) == ["body"]


async def test_a_text_is_kept_composed_with_its_lines(desk: Desk) -> None:
    made = await desk.write("  S\u0326tefan\r\n- one\r\n- two  ")
    assert made.body == "\u0218tefan\n- one\n- two"
    assert (made.visibility, made.pinned, made.created_by) == ("internal", False, desk.actor.name)


async def test_a_mention_names_people_and_says_who_may_not_see_the_record(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """XC-03: whoever may not see the record is named to the author, and told nothing."""
    eve = await organisation.person("Eve")
    me = desk.actor.person_id
    made = await desk.write(f"@[Nora]({me}) and @[Eve]({eve.person_id}), and @[Nora]({me})")
    assert list(made.mentions) == [str(me), str(eve.person_id)]
    assert list(made.unseen_by) == [str(eve.person_id)]
    told = [
        pb.NoteChanged.FromString(each) for each in await desk.toys.announced("crm.toys.toy.noted")
    ]
    assert [list(each.mentioned) for each in told if each.note_id == made.id] == [[str(me)]]
    await desk.change(made, body=f"{made.body}!")
    changed = await desk.toys.announced("crm.toys.toy.note_changed")
    again = [pb.NoteChanged.FromString(each) for each in changed]
    assert [list(each.mentioned) for each in again if each.note_id == made.id] == [[]]


async def test_a_mention_of_nobody_is_refused(desk: Desk) -> None:
    for nobody in (uuid7(), uuid7()):
        with pytest.raises(Invalid, match="Nobody whom you may see"):
            await desk.write(f"Ask @[Somebody]({nobody}).")
    many = " ".join(f"@[x]({uuid7()})" for _ in range(51))
    with pytest.raises(Invalid, match="at most 50"):
        await desk.write(many)


async def test_notes_are_found_by_the_beginnings_of_their_words(desk: Desk) -> None:
    """XC-03: searched folded, as records are."""
    for body in ("Ştefan vrea o **reducere**.", "Reduced to ashes.", "Nothing."):
        await desk.write(body)
    assert await desk.bodies(search="stefan reduc") == ["Ştefan vrea o **reducere**."]
    assert await desk.bodies(search="redu") == ["Reduced to ashes.", "Ştefan vrea o **reducere**."]
    assert await desk.bodies(search="' | nothing:*") == ["Nothing."]


async def test_pages_of_notes_meet_and_hold_each_note_once(desk: Desk) -> None:
    for number in range(5):
        await desk.write(str(number), pinned=number == 1)
    found, token = [], ""
    while True:
        page = await desk.page(page_size=2, page_token=token)
        found += [each.body for each in page.items]
        token = page.page.next_page_token
        if not token:
            break
    assert found == ["1", "4", "3", "2", "0"]
    for wrong in ("x", "2_1", "0_", "1_nobody", "0_\x00"):
        with pytest.raises(Invalid):
            await desk.page(page_token=wrong)


async def test_only_notes_of_one_visibility_are_asked_for(desk: Desk) -> None:
    await desk.write("For us.")
    await desk.write("For them.", visibility="portal")
    assert await desk.bodies(visibility="portal") == ["For them."]
    with pytest.raises(Invalid):
        await desk.write("For all.", visibility="public")


async def test_a_stale_version_brings_the_note_as_it_is(desk: Desk) -> None:
    made = await desk.write("First.")
    await desk.change(made, version=1, body="Second.")
    with pytest.raises(Conflict) as stale:
        await desk.change(made, version=1, body="Third.")
    assert orjson.loads(stale.value.current or b"")["body"] == "Second."
    with pytest.raises(Conflict):
        await desk.notes.Delete(
            pb.NoteRequest(entity=ENTITY, id=desk.made.id, note_id=made.id, version=1)
        )


async def test_what_changes_nothing_is_no_change(desk: Desk) -> None:
    made = await desk.write("Same.")
    again = await desk.change(made, body=" Same. ", pinned=False, visibility="internal")
    assert again.version == 1
    assert not again.HasField("edited_at")


async def test_the_same_key_writes_one_note_and_answers_nobody_who_lost_the_record(
    desk: Desk, organisation: TestOrganisation
) -> None:
    key = uuid7().hex
    first = await desk.write("Once.", key)
    again = await desk.write("Once.", key)
    assert (again.id, await desk.bodies()) == (first.id, ["Once."])
    shop = desk.toys.stub(services.ToysStub, desk.actor)
    other = await organisation.person("Otto")
    patch = toy.ToyPatch(
        record=toy.Toy(id=desk.made.id, owner_id=str(other.person_id)), mask={"paths": ["owner_id"]}
    )
    await shop.Update(patch)
    with pytest.raises(NotFound):
        await desk.write("Once.", key)


async def test_a_note_answers_under_its_own_record_alone(desk: Desk) -> None:
    made = await desk.write("Here.")
    shop = desk.toys.stub(services.ToysStub, desk.actor)
    other = Desk(desk.toys, desk.actor, await shop.Create(toy.Toy(name="Fox")))
    with pytest.raises(NotFound):
        await other.change(made, body="There.")
    asked = pb.NoteVersionsRequest(entity=ENTITY, id=other.made.id, note_id=made.id)
    with pytest.raises(NotFound):
        await other.notes.Versions(asked)
    assert await other.bodies() == []


async def test_what_goes_for_good_takes_its_notes_along(desk: Desk) -> None:
    await desk.write("Of a bear.")
    async with desk.toys.process.work(desk.actor) as work:
        record = await work.get(next(iter(desk.toys.process.shapes)), desk.made.id)
        work.remove(record)
    from sqlalchemy import func, select

    from kit.beside.notes.tables import note

    left = select(func.count()).select_from(note).where(note.c.record_id == record.id)
    assert (await desk.toys.process.database.rows(left))[0][0] == 0
