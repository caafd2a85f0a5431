"""B2, the end of it: after its time in the bin nothing is left of a record, wherever it was kept."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from crm.parties.v1 import leads_pb2
from crm.v1 import events_pb2, records_pb2, standard_pb2
from sqlalchemy import func, literal_column, select, text, update

from kit.actor import Actor, acting_as
from kit.database.tables import metadata
from kit.entity.kinds import Email, LongText, Phone, Reference, References, Text, Url
from kit.errors import NotFound
from kit.events.subjects import change_subject
from kit.events.tables import dead_letter
from kit.ids import uuid7
from kit.records.bin.erasing import empty_bins
from kit.records.tables import answered, history, share
from kit.references.copies.backfill import compare
from kit.references.copies.tables import reference_copy
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office, plain_value
from tests.entities.test_bin import BINNED, EVERY, beside, deleted, in_bin, restoring
from tests.waiting import until

_WHERE = {"parties": "parties.Account", "sales": "sales.Opportunity"}
_WORDS = (Text, LongText, Email, Phone, Url)


async def age(office: Office, case: Case, made: Any, days: int) -> None:
    """As if the record had been deleted some days ago."""
    await _execute(
        office,
        case.service,
        update(case.record)
        .where(case.record.id == UUID(made.id))
        .values(binned_at=func.now() - literal_column(f"interval '{days} days'")),
    )


async def empty(office: Office, case: Case) -> None:
    process = office.servings[case.service].process
    with acting_as(Actor.system(f"{case.service}.empty_bins")):
        await empty_bins(process)


async def erased(office: Office, case: Case, made: Any) -> None:
    await deleted(office, case, made)
    await age(office, case, made, 31)
    await empty(office, case)


async def _execute(office: Office, service: str, statement: Any) -> None:
    async with office.servings[service].process.database.sessions.begin() as session:
        await session.execute(statement)


async def _texts(office: Office, case: Case, statement: Any) -> str:
    async with office.servings[case.service].process.database.sessions() as session:
        rows = (await session.execute(statement)).all()
        return "\n".join(" ".join(map(str, row)) for row in rows)


def _said(case: Case, made: Any) -> Iterable[str]:
    """The words that a record says of itself."""
    for name, known in case.record.fields.items():
        own = type(known.said.kind) in _WORDS and known.said.editable and name in case.shape.names
        if own and len(str(getattr(made, name))) > 12:
            yield str(getattr(made, name))


async def _full(office: Office, case: Case) -> Any:
    """A record that says as much as it can."""
    given = {
        name: plain_value(known.said.kind)
        for name, known in case.record.fields.items()
        if name in case.shape.names
        and type(known.said.kind) in _WORDS
        and known.said.creatable
        and known.said.editable
    }
    return await office.make(case, **{name: value for name, value in given.items() if value})


@EVERY
async def test_nothing_is_left_of_a_record_but_its_place(case: Case, office: Office) -> None:
    made, me = await _full(office, case), str(office.colleague.person_id)
    given = {"principal_kind": "person", "principal_id": me, "level": "read"}
    await beside(office, case).Share(
        records_pb2.ShareRequest(entity=str(case), id=made.id, **given)
    )
    words = list(_said(case, made))
    row = select(text(f'"{case.record.__tablename__}"::text')).select_from(case.record.__table__)
    same = row.where(case.record.id == UUID(made.id))
    kept = select(history.c.what, history.c.changes).where(history.c.record_id == UUID(made.id))
    shares = select(share).where(share.c.record_id == UUID(made.id))
    before = await _texts(office, case, same)
    assert words
    assert [word for word in words if word not in before] == []
    await erased(office, case, made)
    left = await _texts(office, case, same) + await _texts(office, case, kept)
    assert [word for word in words if word in left] == []
    assert "erased" in await _texts(office, case, kept)
    assert await _texts(office, case, shares) == ""


@EVERY
async def test_what_is_erased_is_in_no_bin_and_said_to_be_so(case: Case, office: Office) -> None:
    made, aside = await _full(office, case), beside(office, case)
    words = list(_said(case, made))
    await erased(office, case, made)
    assert made.id not in await in_bin(office, case)
    with pytest.raises(NotFound):
        await aside.Restore(restoring(case, made))
    asked = records_pb2.TitlesRequest(entity=str(case), ids=[made.id])
    titles = await aside.Titles(asked)
    assert (titles.titles[made.id], titles.states[made.id]) == ("", "erased")
    bodies = await office.servings[case.service].announced(change_subject(str(case), "erased"))
    told = [events_pb2.RecordChanged.FromString(body) for body in bodies]
    (event,) = (each for each in told if each.id == made.id)
    assert (event.version, event.copy.state, event.copy.title) == (made.version + 2, "erased", "")
    assert not any(word.encode() in event.SerializeToString() for word in words)
    again = len(bodies)
    await empty(office, case)
    bodies = await office.servings[case.service].announced(change_subject(str(case), "erased"))
    assert len(bodies) == again


@EVERY
async def test_what_was_deleted_lately_is_not_erased(case: Case, office: Office) -> None:
    made = await deleted(office, case)
    await age(office, case, made, 29)
    await empty(office, case)
    await beside(office, case).Restore(restoring(case, made))


def _naming() -> list[tuple[Case, str, str]]:
    """Every field of a record by which one with a bin is named, in the same service or another."""
    found = []
    for case in CREATED:
        for name in case.shape.names:
            said = case.record.fields[name].said
            target = getattr(said.kind, "target", "")
            if isinstance(said.kind, Reference | References) and said.creatable:
                found += [(case, name, target)] if CASES.get(target) in BINNED else []
    return found


@pytest.mark.parametrize(("case", "name", "target"), _naming(), ids=str)
async def test_what_names_an_erased_record_lives_on(
    case: Case, name: str, target: str, office: Office
) -> None:
    if target == "campaigns.Campaign" and str(case) in ("campaigns.Member", "sales.Opportunity"):
        pytest.skip("a campaign with members or opportunities is not deleted")
    other = await office.make(CASES[target])
    kind = case.record.fields[name].said.kind
    value = [other.id] if isinstance(kind, References) else other.id
    beside_it = {"contact_id": None} if (str(case), name) == ("campaigns.Member", "lead_id") else {}
    message = await office.message(case, **{name: value})
    for field in beside_it:
        message.ClearField(field)
    naming = await office.stub(case).Create(message)
    await erased(office, CASES[target], other)
    if (str(case), name) == ("scheduling.Booking", "activity_id"):
        await beside(office, case).Restore(restoring(case, naming))
    found = await office.stub(case).Get(standard_pb2.GetRequest(id=naming.id))
    assert getattr(found, name) == getattr(naming, name)
    if target.partition(".")[0] != case.service:
        await _is_forgotten(office, case, target, other)


async def _is_forgotten(office: Office, case: Case, target: str, other: Any) -> None:
    """The copy in another service follows."""
    same = (reference_copy.c.entity == target) & (reference_copy.c.id == UUID(other.id))
    copy = select(reference_copy.c.state, reference_copy.c.title, reference_copy.c.kept).where(same)

    async def has_followed() -> bool:
        return await _texts(office, case, copy) == "erased  {}"

    await until(has_followed, "the copy is emptied")


async def test_the_log_of_a_deal_goes_with_the_deal(office: Office) -> None:
    case = CASES["sales.Opportunity"]
    deal = await office.make(case)
    log: Any = CASES["sales.StageChange"].record
    lines = select(log.id).where(log.opportunity_id == UUID(deal.id))
    assert await _texts(office, case, lines)
    await erased(office, case, deal)
    assert await _texts(office, case, lines) == ""


async def test_the_line_of_the_file_from_which_it_came_is_emptied(office: Office) -> None:
    case = CASES["parties.Account"]
    made, job = await office.make(case), uuid7()
    jobs, lines = metadata.tables["import_job"], metadata.tables["import_line"]
    about = {"entity": str(case), "importer_id": office.actor.person_id, "file_name": "a.csv"}
    rest = {"plan": {}, "dry_run": False, "heading": [], "ignored": [], "delimiter": ","}
    done = {"state": "done", "ended_at": datetime.now(UTC)}
    await _execute(office, "parties", jobs.insert().values(id=job, **about, **rest, **done))
    line = {"job_id": job, "number": 1, "original": "Secret Ltd", "state": "created"}
    await _execute(office, "parties", lines.insert().values(record_id=UUID(made.id), **line))
    kept = select(lines.c.original).where(lines.c.job_id == job)
    assert await _texts(office, case, kept) == "Secret Ltd"
    await erased(office, case, made)
    assert await _texts(office, case, kept) == ""


async def test_answers_that_tell_of_it_are_thrown_away(office: Office) -> None:
    """A call made again is not answered with what is erased; answers about others stay."""
    case = CASES["parties.Account"]
    made, other = await office.make(case), await office.make(case)
    key = {"actor": str(office.actor.person_id), "method": "/crm.parties.v1.Accounts/Create"}
    long_ago = datetime.now(UTC) - timedelta(days=40)
    for each in (made, other):
        told = {"key": each.id, "request": b"", "reply": each.SerializeToString(), "at": long_ago}
        await _execute(office, case.service, answered.insert().values(**key, **told))
    kept = select(answered.c.key).where(answered.c.key.in_([made.id, other.id]))
    await erased(office, case, made)
    assert await _texts(office, case, kept) == other.id


@pytest.mark.parametrize("service", ["parties", "sales"])
async def test_letters_that_tell_of_it_are_thrown_away(service: str, office: Office) -> None:
    """At home at once, and where copies of it are kept when its end is heard of there."""
    case, where = CASES["parties.Account"], CASES[_WHERE[service]]
    made, other = await office.make(case), await office.make(case)
    for each in (made, other):
        told = {"consumer": "tests", "subject": "crm.parties.account.updated", "tries": 3}
        rest = {"body": each.SerializeToString(), "headers": {"ce-subject": each.id}, "error": ""}
        letter = dead_letter.insert().values(id=UUID(each.id), event_id=uuid7(), **told, **rest)
        await _execute(office, service, letter)
    kept = select(dead_letter.c.id).where(dead_letter.c.id.in_([UUID(made.id), UUID(other.id)]))
    await erased(office, case, made)

    async def is_thrown_away() -> bool:
        return await _texts(office, where, kept) == str(other.id)

    await until(is_thrown_away, f"the letter in {service} is thrown away")


async def test_what_a_lead_became_is_forgotten_with_the_contact(office: Office) -> None:
    """The conversion tells what the lead said, and that is what the contact said."""
    lead_case, deal_case = CASES["parties.Lead"], CASES["sales.Opportunity"]
    lead = await office.make(lead_case, status="qualified", company="Acme")
    done = await office.stub(lead_case).Convert(leads_pb2.ConvertLead(id=lead.id))
    contact = CASES["parties.Contact"]
    await erased(office, contact, CASES["parties.Contact"].message(id=done.contact_id))
    with pytest.raises(NotFound):
        await office.stub(lead_case).Get(standard_pb2.GetRequest(id=lead.id))
    same = (reference_copy.c.entity == str(lead_case)) & (reference_copy.c.id == UUID(lead.id))
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    first = reference_copy.update().where(same).values(asked_at=long_ago)
    copy = select(reference_copy.c.state, reference_copy.c.title, reference_copy.c.kept).where(same)

    async def is_forgotten() -> bool:
        await _execute(office, "sales", first)
        await compare(office.servings["sales"].process)
        return await _texts(office, deal_case, copy) == "erased  {}"

    await until(is_forgotten, "the copy of the lead is emptied")
