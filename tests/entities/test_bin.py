"""B2: deleting is a bin for every entity that has one; what stands in it is found by nobody but there."""

from typing import Any

import pytest
from crm.v1 import events_pb2, records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.entity.kinds import Reference, References
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.events.subjects import change_subject
from kit.ids import uuid7
from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office, plain_value

BINNED = [case for case in CREATED if "Delete" in case.methods and not case.record.no_bin]
EVERY = pytest.mark.parametrize("case", BINNED, ids=str)
_PRIVATE = "private"

# What makes no sense without the other goes into the bin with it; see tests/scheduling.
_GO_ALONG = {("scheduling.Booking", "activity_id")}


def beside(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(RecordsStub, actor or office.actor)


def restoring(case: Case, made: Any, **more: Any) -> records_pb2.RestoreRequest:
    return records_pb2.RestoreRequest(entity=str(case), id=made.id, **more)


async def deleted(office: Office, case: Case, made: Any = None) -> Any:
    made = made or await office.make(case)
    await office.stub(case).Delete(standard_pb2.DeleteRequest(id=made.id))
    return made


async def in_bin(office: Office, case: Case, actor: Any = None) -> dict[str, records_pb2.BinEntry]:
    asked = records_pb2.BinRequest(entity=str(case), page_size=200)
    return {each.id: each for each in (await beside(office, case, actor).Bin(asked)).items}


async def _everything_asked(office: Office, case: Case, made: Any) -> list[Any]:
    """What every way of asking for several answers about one record."""
    stub, aside, entity = office.stub(case), beside(office, case), str(case)
    only = f"id = {made.id}"
    listed = await stub.List(standard_pb2.ListRequest(filter=only, count=True))
    figures = await aside.Aggregate(records_pb2.AggregateRequest(entity=entity, filter=only))
    found = await aside.Find(records_pb2.FindRequest(entity=entity, field="id", values=[made.id]))
    counted = [int(each.measures["count"]) for each in figures.items]
    return [len(listed.items), listed.page.total, sum(counted), len(found.items)]


def test_what_has_no_bin_says_why() -> None:
    """Design §5: deleting is a bin, but where it makes no sense."""
    for case in CASES.values():
        why = case.record.no_bin
        assert not why or (why[0].isupper() and why.endswith(".")), str(case)
    logs = {str(case) for case in CASES.values() if case.record.a_log}
    assert logs <= {str(case) for case in CASES.values() if case.record.no_bin}


@EVERY
async def test_a_deleted_record_is_in_the_bin_and_nowhere_else(case: Case, office: Office) -> None:
    made = await office.make(case)
    assert await _everything_asked(office, case, made) == [1, 1, 1, 1]
    await deleted(office, case, made)
    assert await _everything_asked(office, case, made) == [0, 0, 0, 0]
    entity, one = str(case), standard_pb2.GetRequest(id=made.id)
    aside = beside(office, case)
    for asked in (
        office.stub(case).Get(one),
        office.stub(case).Delete(standard_pb2.DeleteRequest(id=made.id)),
        aside.History(records_pb2.HistoryRequest(entity=entity, id=made.id)),
        aside.ListShares(records_pb2.GetShares(entity=entity, id=made.id)),
        aside.Explain(records_pb2.ExplainRequest(entity=entity, id=made.id)),
    ):
        with pytest.raises(NotFound):
            await asked
    entry = (await in_bin(office, case))[made.id]
    assert entry.deleted_by == office.actor.name
    assert entry.version == made.version + 1
    assert entry.deleted_at < entry.erased_from
    titles = await aside.Titles(records_pb2.TitlesRequest(entity=entity, ids=[made.id]))
    assert (titles.titles[made.id], titles.states[made.id]) == (entry.title, "binned")


@EVERY
async def test_a_restored_record_is_as_it_was(case: Case, office: Office) -> None:
    made = await office.make(case)
    before = await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))
    await deleted(office, case, made)
    back = await beside(office, case).Restore(restoring(case, made))
    assert (back.id, back.version) == (made.id, before.version + 2)
    after = await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))
    for name in set(case.shape.names) - {"version", "updated_at"}:
        assert getattr(after, name) == getattr(before, name), name
    assert await _everything_asked(office, case, made) == [1, 1, 1, 1]
    assert made.id not in await in_bin(office, case)
    asked = records_pb2.HistoryRequest(entity=str(case), id=made.id)
    entries = (await beside(office, case).History(asked)).items
    assert [(each.what, each.version) for each in entries[:2]] == [
        ("restored", before.version + 2),
        ("deleted", before.version + 1),
    ]
    for what, state in (("deleted", "binned"), ("restored", "live")):
        [event] = await _told(office, case, what, made)
        assert (event.copy.state, event.copy.version) == (state, event.version)
        assert event.HasField("after") == (what == "restored")


async def _told(office: Office, case: Case, what: str, made: Any) -> list[Any]:
    bodies = await office.servings[case.service].announced(change_subject(str(case), what))
    told = map(events_pb2.RecordChanged.FromString, bodies)
    return [each for each in told if each.id == made.id]


@EVERY
async def test_who_may_not_delete_may_not_restore(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """A clerk who sees and changes everything but deletes nothing."""
    made = await deleted(office, case)
    clerk = await organisation.person("Cleo", *_all_but_delete())
    for asked in (
        beside(office, case, clerk).Restore(restoring(case, made)),
        in_bin(office, case, clerk),
    ):
        with pytest.raises(Denied):
            await asked
    assert made.id in await in_bin(office, case)


def _all_but_delete() -> tuple[Permission, ...]:
    rights = dict.fromkeys(("view", "create", "edit", "view_all", "edit_all"), True)
    return tuple(Permission(entity=each, **rights) for each in ("*", "configuration", "access"))


@EVERY
async def test_whoever_reads_a_record_is_denied_and_who_does_not_finds_nothing(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """What is out of sight is not found, in the bin as well; what is in sight is refused."""
    made = await office.make(case)
    eve = await organisation.person("Eve", ALL, SET_UP, MANAGES)
    default = await organisation.default(str(case), _PRIVATE)
    try:
        reader = await organisation.person("Rea", ALL, SET_UP, MANAGES)
        share = records_pb2.ShareRequest(
            entity=str(case),
            id=made.id,
            principal_kind="person",
            principal_id=str(reader.person_id),
            level="edit",
        )
        await beside(office, case).Share(share)
        # Who reaches the rows of few owners alone gets them by another plan.
        assert await _everything_asked(office, case, made) == [1, 1, 1, 1]
        await deleted(office, case, made)
        assert await _everything_asked(office, case, made) == [0, 0, 0, 0]
        for actor, outcome in ((eve, NotFound), (reader, Denied)):
            assert made.id not in await in_bin(office, case, actor)
            with pytest.raises(outcome):
                await beside(office, case, actor).Restore(restoring(case, made))
        titles = records_pb2.TitlesRequest(entity=str(case), ids=[made.id])
        assert not (await beside(office, case, eve).Titles(titles)).states
    finally:
        await organisation.publish("default", None, default)


@EVERY
async def test_what_is_not_in_the_bin_is_not_restored(case: Case, office: Office) -> None:
    aside, standing = beside(office, case), await office.make(case)
    with pytest.raises(Refused, match="not in the bin"):
        await aside.Restore(restoring(case, standing))
    for id in (str(uuid7()), "nonsense"):
        with pytest.raises(NotFound):
            await aside.Restore(records_pb2.RestoreRequest(entity=str(case), id=id))


@EVERY
async def test_a_stale_view_of_the_bin_restores_nothing(case: Case, office: Office) -> None:
    made = await deleted(office, case)
    with pytest.raises(Conflict):
        await beside(office, case).Restore(restoring(case, made, version=made.version))
    await beside(office, case).Restore(restoring(case, made, version=made.version + 1))


@EVERY
async def test_a_call_made_again_restores_once(case: Case, office: Office) -> None:
    made, aside, key = await deleted(office, case), beside(office, case), uuid7().hex
    first = await aside.Restore(restoring(case, made), key=key)
    again = await aside.Restore(restoring(case, made), key=key)
    assert first == again
    assert len(await _told(office, case, "restored", made)) == 1


@EVERY
async def test_a_hidden_name_is_not_in_the_bin(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """ID-14"""
    made = await deleted(office, case)
    hidden = (FieldAccess(str(case), case.record.title, "hidden"),)
    rights = dict.fromkeys(("view", "delete", "view_all", "edit_all"), True)
    everything = Permission(entity=str(case), **rights)
    profile = await organisation.profile(everything, fields=hidden)
    eve = await organisation.person("Eve", profiles=(profile,))
    entry = (await in_bin(office, case, eve))[made.id]
    assert not entry.HasField("title")


@EVERY
async def test_pages_of_the_bin_have_no_gap_and_no_repeat(case: Case, office: Office) -> None:
    made = [await deleted(office, case) for _ in range(3)]
    found, token = [], ""
    while True:
        asked = records_pb2.BinRequest(entity=str(case), page_size=2, page_token=token)
        page = await beside(office, case).Bin(asked)
        found += [each.id for each in page.items]
        token = page.page.next_page_token
        if not token:
            break
    assert found[:3] == [each.id for each in reversed(made)]
    assert len(found) == len(set(found))
    for wrong in ("x", "2026-01-01_x", f"2026-01-01_{uuid7()}"):
        with pytest.raises(Invalid):
            await beside(office, case).Bin(
                records_pb2.BinRequest(entity=str(case), page_token=wrong)
            )


def _named() -> list[tuple[Case, str, str]]:
    """Every field of a record by which another one of the same service with a bin is named."""
    found = []
    for case in CREATED:
        for name in case.shape.names:
            said = case.record.fields[name].said
            target = getattr(said.kind, "target", "")
            ours = target.partition(".")[0] == case.service and CASES.get(target) in BINNED
            if isinstance(said.kind, Reference | References) and said.creatable and ours:
                found.append((case, name, target))
    return found


@pytest.mark.parametrize(("case", "name", "target"), _named(), ids=str)
async def test_what_is_in_the_bin_is_named_anew_by_nobody_and_still_by_what_named_it(
    case: Case, name: str, target: str, office: Office
) -> None:
    """B2: the foreign key would be content; others' records are proven in test_references."""
    other = await office.make(CASES[target])
    naming = await office.make(case, **{name: other.id})
    try:
        await deleted(office, CASES[target], other)
    except Refused:
        pytest.skip(f"a rule keeps {target} while {case} names it")
    if (str(case), name) not in _GO_ALONG:
        assert getattr(await office.stub(case).Get(standard_pb2.GetRequest(id=naming.id)), name)
    for named in (other.id, str(uuid7())):
        with pytest.raises(Invalid) as wrong:
            await office.make(case, **{name: named})
        assert name in wrong.value.fields


UNIQUE = [
    (case, name)
    for case in BINNED
    for name, known in case.record.fields.items()
    if getattr(known.column, "info", {}).get("indexed") == "uq"
    and known.said.creatable
    and name in case.shape.names
]


@pytest.mark.parametrize(("case", "name"), UNIQUE, ids=str)
async def test_a_value_stays_taken_and_the_refusal_says_by_what(
    case: Case, name: str, office: Office
) -> None:
    value = plain_value(case.record.fields[name].said.kind)
    made = await office.make(case, **{name: value})
    with pytest.raises(Conflict) as taken:
        await office.make(case, **{name: value.upper()})
    assert "bin" not in taken.value.fields[name]
    await deleted(office, case, made)
    with pytest.raises(Conflict) as taken:
        await office.make(case, **{name: value.upper()})
    assert "in the bin" in taken.value.fields[name]


@pytest.mark.parametrize("case", [c for c in CREATED if c.record.no_bin], ids=str)
async def test_where_there_is_no_bin_it_is_said_why(case: Case, office: Office) -> None:
    try:
        with pytest.raises(Refused) as refused:
            await in_bin(office, case)
    except Denied:
        pytest.skip("nobody deletes such records")
    assert refused.value.message == case.record.no_bin
