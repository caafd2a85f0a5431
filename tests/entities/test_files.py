"""XC-04: people put files on any record, under the record's own access; bytes and record never part."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from crm.v1 import files_pb2 as pb
from crm.v1 import records_pb2
from crm.v1.files_pb2_grpc import FilesStub
from sqlalchemy import func, select

from kit.beside.files.store import PIECE
from kit.beside.files.sweeping import sweep_files
from kit.beside.files.tables import file, file_opening, file_version, loose_content
from kit.beside.files.taking import takes_files
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.events.subjects import change_subject
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office
from tests.entities.test_bin import BINNED, beside, deleted, restoring
from tests.entities.test_erasing import erased

FILED = [case for case in CREATED if takes_files(case.message.DESCRIPTOR)]
EVERY = pytest.mark.parametrize("case", FILED, ids=str)
SILENT = [case for case in CASES.values() if not takes_files(case.message.DESCRIPTOR)]
TEXT = b"An offer of two.\n"
LONG = bytes(range(32, 127)) * (PIECE // 95 * 2)
"""Somewhat less than two pieces of the store."""
_MESSAGE = 1024 * 1024


def files(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(FilesStub, actor or office.actor)


async def pieces(head: pb.NewFile, body: bytes) -> AsyncIterator[pb.FilePiece]:
    yield pb.FilePiece(file=head)
    for start in range(0, len(body), _MESSAGE):
        yield pb.FilePiece(data=body[start : start + _MESSAGE])
    yield pb.FilePiece(end=pb.FileEnd(size=len(body)))


async def put(
    office: Office, case: Case, made: Any, body: bytes = TEXT, actor: Any = None, **said: Any
) -> pb.File:
    said = {"name": "offer.txt"} | said
    head = pb.NewFile(entity=str(case), id=made.id, **said)
    return await files(office, case, actor).Upload(pieces(head, body))  # type: ignore[no-any-return]  # stubs are untyped


async def content(
    office: Office, case: Case, of: pb.File, actor: Any = None, **asked: Any
) -> bytes:
    request = pb.FileDownload(entity=str(case), id=of.record_id, file_id=of.id, **asked)
    parts = [each async for each in files(office, case, actor).Download(request, seconds=20)]
    assert parts[0].file.length == sum(len(each.data) for each in parts)
    return b"".join(each.data for each in parts[1:])


def named(of: pb.File, **more: Any) -> dict[str, Any]:
    return {"entity": of.entity, "id": of.record_id, "file_id": of.id, **more}


async def listed(office: Office, case: Case, made: Any, actor: Any = None) -> list[pb.File]:
    request = pb.FilesRequest(entity=str(case), id=made.id)
    return list((await files(office, case, actor).List(request)).items)


def left(office: Office, case: Case) -> set[str]:
    """The contents that lie in the store of a service."""
    settings: Any = office.servings[case.service].process.settings
    return {each.name for each in Path(settings.files, case.service).glob("*/*")}


async def swept(office: Office, case: Case) -> None:
    await sweep_files(office.servings[case.service].process)


async def content_ids(office: Office, case: Case, of: pb.File) -> set[str]:
    ids = select(file_version.c.content_id).where(file_version.c.file_id == UUID(of.id))
    return {str(row[0]) for row in await office.servings[case.service].process.database.rows(ids)}


@EVERY
async def test_a_file_is_put_read_replaced_renamed_and_taken_away(
    case: Case, office: Office
) -> None:
    """XC-04: what it was before stays, each step is told, and in the end nothing is left."""
    made = await office.make(case)
    first = await put(office, case, made)
    assert (first.number, first.size, first.media_type) == (1, len(TEXT), "text/plain")
    assert first.digest == hashlib.sha256(TEXT).hexdigest()
    second = await put(office, case, made, LONG, file_id=first.id, version=1)
    assert (second.id, second.number, second.version) == (first.id, 2, 2)
    assert await content(office, case, first) == LONG
    assert await content(office, case, first, number=1) == TEXT
    stub = files(office, case)
    renamed = await stub.Update(pb.FileChange(**named(first, version=2, name="final.txt")))
    assert (renamed.name, renamed.version) == ("final.txt", 3)
    versions = (await stub.ListVersions(pb.FileVersionsRequest(**named(first)))).items
    assert [(each.number, each.size) for each in versions] == [(2, len(LONG)), (1, len(TEXT))]
    kept = await content_ids(office, case, first)
    assert kept <= left(office, case)
    await stub.Delete(pb.FileRequest(**named(first, version=3)))
    assert await listed(office, case, made) == []
    await swept(office, case)
    assert kept.isdisjoint(left(office, case))
    events = [
        (what, each.version, each.name)
        for what in ("filed", "file_changed", "file_deleted")
        for each in await _events(office, case, what, made)
    ]
    assert events == [
        ("filed", 1, "offer.txt"),
        ("file_changed", 2, "offer.txt"),
        ("file_changed", 3, "final.txt"),
        ("file_deleted", 4, ""),
    ]


async def _events(office: Office, case: Case, what: str, made: Any) -> list[pb.FileChanged]:
    bodies = await office.servings[case.service].announced(change_subject(str(case), what))
    return [each for each in map(pb.FileChanged.FromString, bodies) if each.id == made.id]


@EVERY
async def test_who_does_not_see_the_record_learns_of_no_file(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-04, ID-08: every way to a file asks for the record first, and no byte is kept before."""
    made, default = await office.make(case), await organisation.default(str(case), "private")
    kept, before = await put(office, case, made), left(office, case)
    stranger = await organisation.person("Mallory")
    stub = files(office, case, stranger)
    try:
        for asked in (
            stub.List(pb.FilesRequest(entity=str(case), id=made.id)),
            stub.Get(pb.FileRequest(**named(kept))),
            stub.ListVersions(pb.FileVersionsRequest(**named(kept))),
            stub.ListOpenings(pb.FileOpeningsRequest(**named(kept))),
            stub.Update(pb.FileChange(**named(kept, name="mine.txt"))),
            stub.Delete(pb.FileRequest(**named(kept))),
            content(office, case, kept, stranger),
            put(office, case, made, actor=stranger),
            put(office, case, made, actor=stranger, file_id=kept.id),
        ):
            with pytest.raises(NotFound):
                await asked
    finally:
        await organisation.publish("default", None, default)
    assert [each.name for each in await listed(office, case, made)] == ["offer.txt"]
    assert left(office, case) == before


@EVERY
async def test_who_may_only_read_the_record_changes_files_of_his_own_alone(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-04: who may change the record brings versions, who has full access takes files away."""
    made, default = await office.make(case), await organisation.default(str(case), "read")
    reader = await organisation.person("Rita")
    try:
        kept = await put(office, case, made)
        stub = files(office, case, reader)
        own = await put(office, case, made, actor=reader, name="ritas.txt")
        assert (own.may_change, own.may_delete) == (True, True)
        [_, seen] = await listed(office, case, made, reader)
        assert (seen.may_change, seen.may_delete) == (False, False)
        for refused in (
            stub.Update(pb.FileChange(**named(kept, name="hers.txt"))),
            stub.Delete(pb.FileRequest(**named(kept))),
            put(office, case, made, actor=reader, file_id=kept.id),
        ):
            with pytest.raises(Denied):
                await refused
        await put(office, case, made, file_id=own.id)
        await files(office, case).Delete(pb.FileRequest(**named(own)))
    finally:
        await organisation.publish("default", None, default)


@pytest.mark.parametrize("case", [each for each in FILED if each in BINNED], ids=str)
async def test_files_go_to_the_bin_come_back_and_are_erased_with_their_record(
    case: Case, office: Office
) -> None:
    """XC-04, B2: rows and bytes alike."""
    made = await office.make(case)
    kept = await put(office, case, made)
    await content(office, case, kept)
    gone = await deleted(office, case, made)
    with pytest.raises(NotFound):
        await content(office, case, kept)
    with pytest.raises(NotFound):
        await put(office, case, made)
    await beside(office, case).Restore(restoring(case, gone))
    assert await content(office, case, kept) == TEXT
    ids = await content_ids(office, case, kept)
    await erased(office, case, made)
    await swept(office, case)
    assert ids.isdisjoint(left(office, case))
    database = office.servings[case.service].process.database
    for column in (file.c.id, file_version.c.file_id, file_opening.c.file_id):
        counted = select(func.count()).where(column == UUID(kept.id))
        assert (await database.rows(counted))[0][0] == 0


@pytest.mark.parametrize("case", SILENT, ids=str)
async def test_what_takes_no_notes_takes_no_files(case: Case, office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        await listed(office, case, records_pb2.RecordName(id=str(office.actor.person_id)))
    assert "entity" in refused.value.fields


async def test_files_on_a_lead_are_on_the_contact_that_it_becomes(office: Office) -> None:
    """XC-04, PA-15: nothing that was put there is lost by a conversion."""
    from crm.parties.v1 import leads_pb2

    case, contact = CASES["parties.Lead"], CASES["parties.Contact"]
    lead = await office.make(case, status="qualified", company="Acme")
    kept = await put(office, case, lead)
    done = await office.stub(case).Convert(leads_pb2.ConvertLead(id=lead.id))
    [found] = await listed(office, contact, records_pb2.RecordName(id=done.contact_id))
    assert found.id == kept.id
    assert await content(office, contact, found) == TEXT


async def test_of_two_who_change_a_file_one_sees_the_other(office: Office) -> None:
    case = CASES["sales.Opportunity"]
    made = await office.make(case)
    kept = await put(office, case, made)
    await put(office, case, made, b"Second.", file_id=kept.id, version=1)
    before = left(office, case)
    for late in (
        put(office, case, made, b"Third.", file_id=kept.id, version=1),
        files(office, case).Update(pb.FileChange(**named(kept, version=1, name="late.txt"))),
        files(office, case).Delete(pb.FileRequest(**named(kept, version=1))),
    ):
        with pytest.raises(Conflict):
            await late
    assert left(office, case) == before


async def test_bytes_that_break_off_are_no_file(office: Office) -> None:
    """XC-04: neither the record nor the store keeps anything of them, nor a line that they were coming."""
    case = CASES["sales.Opportunity"]
    made, before = await office.make(case), left(office, case)

    async def broken(said: int | None) -> AsyncIterator[pb.FilePiece]:
        yield pb.FilePiece(file=pb.NewFile(entity=str(case), id=made.id, name="a.txt"))
        for start in range(0, len(LONG), _MESSAGE):
            yield pb.FilePiece(data=LONG[start : start + _MESSAGE])
        if said is not None:
            yield pb.FilePiece(end=pb.FileEnd(size=said))

    for said in (None, len(LONG) + 1):
        with pytest.raises(Invalid) as refused:
            await files(office, case).Upload(broken(said))
        assert "broke off" in refused.value.fields["file"]
    assert await listed(office, case, made) == []
    assert left(office, case) == before
    database = office.servings[case.service].process.database
    assert await database.rows(select(loose_content.c.id)) == []
