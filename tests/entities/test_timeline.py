"""XC-03, PA-31, PA-32: what happened to a record and to what hangs on it, in one stream."""

from typing import Any

import pytest
from crm.parties.v1 import leads_pb2
from crm.v1 import records_pb2, timeline_pb2
from crm.v1.timeline_pb2_grpc import TimelinesStub

from kit.access.entries import FieldAccess
from kit.errors import Invalid, NotFound
from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office
from tests.entities.test_bin import BINNED, deleted
from tests.entities.test_conformance import _history
from tests.entities.test_files import FILED, put
from tests.entities.test_notes import NOTED, written

ACCOUNT, CONTACT, LEAD = (CASES[f"parties.{each}"] for each in ("Account", "Contact", "Lead"))
DEAL, ACTIVITY = CASES["sales.Opportunity"], CASES["scheduling.Activity"]


def _timelines(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(TimelinesStub, actor or office.actor)


async def told(
    office: Office, case: Case, id: str, actor: Any = None, **asked: Any
) -> list[timeline_pb2.TimelineEntry]:
    request = timeline_pb2.TimelineRequest(entity=str(case), id=id, **asked)
    return list((await _timelines(office, case, actor).List(request)).items)


def _read(entries: list[timeline_pb2.TimelineEntry]) -> list[tuple[str, str]]:
    """What each entry says, in short."""
    return [(each.entity, each.note.body or each.change.what or each.kind) for each in entries]


@pytest.mark.parametrize("case", CREATED, ids=str)
async def test_changes_notes_and_files_are_one_stream(case: Case, office: Office) -> None:
    """XC-03, XC-04: newest first; of what takes no notes it is the history."""
    made = await office.make(case)
    filed = [await put(office, case, made)] if case in FILED else []
    if case in NOTED:
        await written(office, case, made, "Said of it.")
    entries = await told(office, case, made.id)
    changes = [each.change for each in entries if each.kind == "change"]
    assert changes == await _history(office, case, made)
    assert [each.note.body for each in entries if each.kind == "note"] == (
        ["Said of it."] if case in NOTED else []
    )
    assert [each.file.id for each in entries if each.kind == "file"] == [each.id for each in filed]
    assert [each.at for each in entries] == sorted((each.at for each in entries), reverse=True)


@pytest.mark.parametrize("case", BINNED, ids=str)
async def test_what_is_in_the_bin_tells_nothing(case: Case, office: Office) -> None:
    made = await deleted(office, case)
    with pytest.raises(NotFound):
        await told(office, case, made.id)


async def test_who_does_not_see_the_record_is_told_nothing(
    office: Office, organisation: TestOrganisation
) -> None:
    default = await organisation.default(str(ACCOUNT), "private")
    made, stranger = await office.make(ACCOUNT), await organisation.person("Mallory")
    try:
        for below in (True, False):
            with pytest.raises(NotFound):
                await told(office, ACCOUNT, made.id, stranger, below=below)
    finally:
        await organisation.publish("default", None, default)


async def test_an_account_tells_of_its_contacts_as_far_as_they_are_seen(
    office: Office, organisation: TestOrganisation
) -> None:
    """PA-31, PA-32: the customer's memory in one list, and never wider than its parts."""
    account = await office.make(ACCOUNT)
    contact = await office.make(CONTACT, account_id=account.id)
    other = await office.make(CONTACT)
    await written(office, CONTACT, contact, "Prefers to be called.")
    await written(office, CONTACT, other, "Of somebody else.")
    await written(office, ACCOUNT, account, "A good customer.")
    all_ = [
        ("parties.Account", "A good customer."),
        ("parties.Contact", "Prefers to be called."),
        ("parties.Contact", "created"),
        ("parties.Account", "created"),
    ]
    assert _read(await told(office, ACCOUNT, account.id, below=True)) == all_
    alone = [each for each in all_ if each[0] == "parties.Account"]
    assert _read(await told(office, ACCOUNT, account.id)) == alone
    default = await organisation.default(str(CONTACT), "private")
    reader = await organisation.person("Rita")
    try:
        assert _read(await told(office, ACCOUNT, account.id, reader, below=True)) == alone
    finally:
        await organisation.publish("default", None, default)
    blind = await organisation.person("Blind", _viewing(str(ACCOUNT)))
    assert _read(await told(office, ACCOUNT, account.id, blind, below=True)) == alone


async def _hanging(
    office: Office, service: str, account: Any, actor: Any = None
) -> list[tuple[str, str]]:
    """What a service tells of what hangs on an account, in short."""
    stub = office.servings[service].stub(TimelinesStub, actor or office.actor)
    asked = timeline_pb2.TimelineRequest(entity=str(ACCOUNT), id=account.id, below=True)
    return _read(list((await stub.List(asked)).items))


async def test_what_hangs_on_a_record_of_another_service_is_told_as_far_as_it_is_seen(
    office: Office, organisation: TestOrganisation
) -> None:
    """PA-31, PA-32: activities of the account, of its contact and of its deal, in one stream."""
    account = await office.make(ACCOUNT)
    contact = await office.make(CONTACT, account_id=account.id)
    deal = await office.make(DEAL, account_id=account.id)
    about = [(ACCOUNT, account), (CONTACT, contact), (DEAL, deal)]
    for case, made in about:
        related = {"related_entity": str(case), "related_id": made.id}
        activity = await office.make(ACTIVITY, **related)
        await written(office, ACTIVITY, activity, f"Talked about the {case}.")
    await office.make(ACTIVITY)
    all_ = [
        line
        for case, _ in reversed(about)
        for line in ((str(ACTIVITY), f"Talked about the {case}."), (str(ACTIVITY), "created"))
    ]
    assert await _hanging(office, "scheduling", account) == all_
    assert await _hanging(office, "sales", account) == [(str(DEAL), "created")]
    profile = await organisation.profile(
        ALL, SET_UP, MANAGES, fields=(FieldAccess(str(ACTIVITY), "related_id", "hidden"),)
    )
    blind = await organisation.person("Blind", profiles=(profile,))
    assert await _hanging(office, "scheduling", account, blind) == []
    lines = [_viewing(str(each)) for each in (ACCOUNT, ACTIVITY)]
    clerk = await organisation.person("Kit", *lines)
    assert await _hanging(office, "scheduling", account, clerk) == all_[-2:], "no contact, no deal"
    default = await organisation.default(str(ACCOUNT), "private")
    stranger = await organisation.person("Mallory")
    try:
        assert await _hanging(office, "scheduling", account, stranger) == []
    finally:
        await organisation.publish("default", None, default)


def _viewing(entity: str) -> Any:
    from kit.access.entries import Permission

    return Permission(entity=entity, view=True)


async def test_what_may_be_done_with_a_note_is_said_record_by_record(office: Office) -> None:
    account = await office.make(ACCOUNT)
    contact = await office.make(CONTACT, account_id=account.id)
    await written(office, CONTACT, contact, "Mine.")
    (note,) = [
        each.note for each in await told(office, ACCOUNT, account.id, kinds=["note"], below=True)
    ]
    assert (note.may_change, note.may_delete) == (True, True)


async def test_a_conversion_is_told_of_what_the_lead_became(office: Office) -> None:
    """PA-15, PA-31: with the name of the line of the log."""
    lead = await office.make(LEAD, status="qualified", company="Acme")
    await written(office, LEAD, lead, "Met at the fair.")
    done = await office.stub(LEAD).Convert(leads_pb2.ConvertLead(id=lead.id))
    request = timeline_pb2.TimelineRequest(
        entity=str(CONTACT), id=done.contact_id, kinds=["log", "note"], titles=True
    )
    page = await _timelines(office, CONTACT).List(request)
    assert _read(list(page.items)) == [
        ("parties.Conversion", "log"),
        ("parties.Contact", "Met at the fair."),
    ]
    named = {(each.entity, each.id): each.title for each in page.page.titles}
    assert named[("parties.Conversion", page.items[0].record_id)] == lead.name


async def test_pages_of_a_timeline_meet_and_hold_each_entry_once(office: Office) -> None:
    account = await office.make(ACCOUNT)
    contacts = [await office.make(CONTACT, account_id=account.id) for _ in range(3)]
    for number, contact in enumerate(contacts):
        await written(office, CONTACT, contact, str(number))
        await put(office, CONTACT, contact)
    whole = await told(office, ACCOUNT, account.id, below=True, page_size=100)
    found, token = [], ""
    while True:
        request = timeline_pb2.TimelineRequest(
            entity=str(ACCOUNT), id=account.id, below=True, page_size=2, page_token=token
        )
        page = await _timelines(office, ACCOUNT).List(request)
        found += list(page.items)
        token = page.page.next_page_token
        if not token:
            break
    assert len(found) == 10
    assert _read(found) == _read(whole)


@pytest.mark.parametrize(
    "token", ["x", "1_2_", "1_x__", "-1___", "\u0661___", f"{10**19}___", "____"]
)
async def test_a_token_of_something_else_is_refused(office: Office, token: str) -> None:
    made = await office.make(ACCOUNT)
    with pytest.raises(Invalid) as refused:
        await told(office, ACCOUNT, made.id, page_token=token)
    assert list(refused.value.fields) == ["page_token"]
    with pytest.raises(Invalid) as refused:
        await told(office, ACCOUNT, made.id, kinds=["gossip"])
    assert list(refused.value.fields) == ["kinds"]


async def test_a_hidden_field_is_in_no_change(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-09: below a record as on it."""
    account = await office.make(ACCOUNT)
    await office.make(CONTACT, account_id=account.id, job_title="Chair of secrets")
    profile = await organisation.profile(
        ALL, SET_UP, MANAGES, fields=(FieldAccess(str(CONTACT), "job_title", "hidden"),)
    )
    reader = await organisation.person("Rita", profiles=(profile,))
    entries = await told(office, ACCOUNT, account.id, reader, below=True)
    assert "parties.Contact" in {each.entity for each in entries}
    assert not any("secrets" in str(each) for each in entries)
    seen = await told(office, ACCOUNT, account.id, below=True)
    assert any("secrets" in str(each) for each in seen)
    assert records_pb2.HistoryEntry() != seen[0].change
