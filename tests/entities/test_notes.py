"""XC-03: people write notes on any record, under the record's own access."""

from typing import Any

import pytest
from crm.v1 import notes_pb2 as pb
from crm.v1 import options_pb2, records_pb2
from crm.v1.notes_pb2_grpc import NotesStub
from sqlalchemy import func, select

from kit.beside.notes.tables import note, note_version
from kit.beside.taking import takes_notes
from kit.entity.levels import Governs
from kit.errors import Denied, Invalid, NotFound
from kit.events.subjects import change_subject
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office
from tests.entities.test_bin import BINNED, beside, deleted, restoring
from tests.entities.test_erasing import erased

NOTED = [case for case in CREATED if takes_notes(case.message.DESCRIPTOR)]
EVERY = pytest.mark.parametrize("case", NOTED, ids=str)
SILENT = [case for case in CASES.values() if not takes_notes(case.message.DESCRIPTOR)]


def notes(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(NotesStub, actor or office.actor)


async def written(office: Office, case: Case, made: Any, body: str, **said: Any) -> pb.Note:
    asked = pb.NewNote(entity=str(case), id=made.id, body=body, **said)
    return await notes(office, case).Create(asked)  # type: ignore[no-any-return]  # stubs are untyped


async def listed(
    office: Office, case: Case, made: Any, actor: Any = None, **asked: Any
) -> list[pb.Note]:
    request = pb.NotesRequest(entity=str(case), id=made.id, **asked)
    return list((await notes(office, case, actor).List(request)).items)


def change(case: Case, made: Any, of: pb.Note, **said: Any) -> pb.NoteChange:
    return pb.NoteChange(entity=str(case), id=made.id, note_id=of.id, **said)


async def _events(office: Office, case: Case, what: str, made: Any) -> list[pb.NoteChanged]:
    bodies = await office.servings[case.service].announced(change_subject(str(case), what))
    return [each for each in map(pb.NoteChanged.FromString, bodies) if each.id == made.id]


@EVERY
async def test_a_note_is_written_changed_pinned_and_taken_away(case: Case, office: Office) -> None:
    """XC-03: what it said before stays readable, and each step is told."""
    made = await office.make(case)
    first = await written(office, case, made, "Wants the **blue** one.")
    second = await written(office, case, made, "Call after ten.")
    assert [each.id for each in await listed(office, case, made)] == [second.id, first.id]
    stub = notes(office, case)
    changed = await stub.Update(change(case, made, first, version=1, body="Wants the red one."))
    pinned = await stub.Update(change(case, made, first, version=2, pinned=True))
    assert (changed.version, pinned.version, pinned.body) == (2, 3, "Wants the red one.")
    assert [each.id for each in await listed(office, case, made)] == [first.id, second.id]
    asked = pb.NoteVersionsRequest(entity=str(case), id=made.id, note_id=first.id)
    said = (await stub.Versions(asked)).items
    assert [each.body for each in said] == ["Wants the red one.", "Wants the **blue** one."]
    await stub.Delete(pb.NoteRequest(entity=str(case), id=made.id, note_id=first.id, version=3))
    assert [each.id for each in await listed(office, case, made)] == [second.id]
    events = [
        (each.note_id, each.version, each.body)
        for what in ("noted", "note_changed", "note_deleted")
        for each in await _events(office, case, what, made)
    ]
    assert events == [
        (first.id, 1, "Wants the **blue** one."),
        (second.id, 1, "Call after ten."),
        (first.id, 2, "Wants the red one."),
        (first.id, 3, "Wants the red one."),
        (first.id, 4, ""),
    ]


@EVERY
async def test_who_does_not_see_the_record_learns_of_no_note(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-03, ID-08: every way to a note asks for the record first."""
    made, default = await office.make(case), await organisation.default(str(case), "private")
    kept = await written(office, case, made, "Between us.")
    stranger = await organisation.person("Mallory")
    stub, named = notes(office, case, stranger), {"entity": str(case), "id": made.id}
    try:
        for asked in (
            stub.List(pb.NotesRequest(**named, search="us")),
            stub.Versions(pb.NoteVersionsRequest(**named, note_id=kept.id)),
            stub.Create(pb.NewNote(**named, body="Me too.")),
            stub.Update(pb.NoteChange(**named, note_id=kept.id, pinned=True)),
            stub.Delete(pb.NoteRequest(**named, note_id=kept.id)),
        ):
            with pytest.raises(NotFound):
                await asked
    finally:
        await organisation.publish("default", None, default)
    assert [each.body for each in await listed(office, case, made)] == ["Between us."]


@EVERY
async def test_who_may_only_read_the_record_writes_notes_of_his_own_alone(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-03: the author changes his note; whoever has full access pins it and takes it away."""
    made, default = await office.make(case), await organisation.default(str(case), "read")
    reader = await organisation.person("Rita")
    try:
        kept = await written(office, case, made, "Mine.")
        stub, named = notes(office, case, reader), {"entity": str(case), "id": made.id}
        own = await stub.Create(pb.NewNote(**named, body="Rita's."))
        assert (own.may_change, own.may_delete) == (True, True)
        for refused in (
            stub.Update(change(case, made, kept, body="Hers.")),
            stub.Update(change(case, made, kept, visibility="portal")),
            stub.Update(change(case, made, kept, pinned=True)),
            stub.Delete(pb.NoteRequest(**named, note_id=kept.id)),
        ):
            with pytest.raises(Denied):
                await refused
        await stub.Update(change(case, made, own, body="Still Rita's."))
        owner = notes(office, case)
        with pytest.raises(Denied):
            await owner.Update(change(case, made, own, body="Ana's now."))
        await owner.Update(change(case, made, own, pinned=True))
        await owner.Delete(pb.NoteRequest(**named, note_id=own.id))
    finally:
        await organisation.publish("default", None, default)


@pytest.mark.parametrize("case", [each for each in NOTED if each in BINNED], ids=str)
async def test_notes_go_to_the_bin_come_back_and_are_erased_with_their_record(
    case: Case, office: Office
) -> None:
    """XC-03, B2."""
    made = await office.make(case)
    kept = await written(office, case, made, "Secret words of mine.")
    await notes(office, case).Update(change(case, made, kept, body="Other words of mine."))
    gone = await deleted(office, case, made)
    with pytest.raises(NotFound):
        await listed(office, case, made)
    await beside(office, case).Restore(restoring(case, gone))
    assert [each.body for each in await listed(office, case, made)] == ["Other words of mine."]
    await erased(office, case, made)
    database = office.servings[case.service].process.database
    for table, column in ((note, note.c.id), (note_version, note_version.c.note_id)):
        left = select(func.count()).select_from(table).where(column == kept.id)
        assert (await database.rows(left))[0][0] == 0


@pytest.mark.parametrize("case", SILENT, ids=str)
async def test_what_configures_the_organisation_takes_no_notes(case: Case, office: Office) -> None:
    """Decided by what an entity declares: configuration, logs, and what is talk itself."""
    record, said = case.record, case.message.DESCRIPTOR.GetOptions().Extensions[options_pb2.entity]
    set_up = record.governed_by != Governs.RECORDS or said.no_notes
    assert set_up or record.a_log or record.confidential
    with pytest.raises(Invalid) as refused:
        await listed(office, case, records_pb2.RecordName(id=str(office.actor.person_id)))
    assert "entity" in refused.value.fields


async def test_most_entities_take_notes() -> None:
    assert {"parties.Account", "sales.Opportunity", "helpdesk.Ticket"} <= set(map(str, NOTED))
    assert {str(case) for case in CASES.values() if case.record.a_log}.isdisjoint(map(str, NOTED))


async def test_notes_on_a_lead_are_on_the_contact_that_it_becomes(office: Office) -> None:
    """XC-03, PA-15: nothing that was noted is lost by a conversion."""
    from crm.parties.v1 import leads_pb2

    case = CASES["parties.Lead"]
    lead = await office.make(case, status="qualified", company="Acme")
    kept = await written(office, case, lead, "Met at the fair.")
    done = await office.stub(case).Convert(leads_pb2.ConvertLead(id=lead.id))
    contact = CASES["parties.Contact"]
    found = await listed(office, contact, records_pb2.RecordName(id=done.contact_id))
    assert [(each.id, each.body) for each in found] == [(kept.id, "Met at the fair.")]
