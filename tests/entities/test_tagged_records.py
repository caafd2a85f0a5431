"""XC-01, XC-02: what people work on is labelled, found and counted by tags, as far as they see it."""

from typing import Any

import pytest
from crm.v1 import records_pb2 as beside_pb
from crm.v1 import standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from google.protobuf.field_mask_pb2 import FieldMask

from kit.access.entries import FieldAccess, Permission
from kit.entity import Governs, Tagged
from kit.errors import Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office
from tests.waiting import until

TAGGED = [case for case in CASES.values() if issubclass(case.record, Tagged)]
every = pytest.mark.parametrize("case", TAGGED, ids=str)
one = pytest.mark.parametrize("case", [CASES["parties.Account"]], ids=str)


def word() -> str:
    return f"t{uuid7().hex[-12:]}"


class Desk:
    """Where records of one entity are labelled."""

    def __init__(self, office: Office, case: Case, organisation: TestOrganisation) -> None:
        self.office, self.case, self.organisation = office, case, organisation

    def beside(self, actor: Any = None) -> Any:
        return self.office.servings[self.case.service].stub(RecordsStub, actor or self.office.actor)

    async def make(self, *tags: str, **more: Any) -> Any:
        return await self.office.make(self.case, tags=tags, **more)

    async def label(self, record: Any, *tags: str, actor: Any = None) -> Any:
        patch = self.case.patch(
            record=self.case.message(id=record.id, tags=tags), mask=FieldMask(paths=["tags"])
        )
        return await self.office.stub(self.case, actor).Update(patch)

    async def get(self, record: Any, actor: Any = None) -> Any:
        return await self.office.stub(self.case, actor).Get(standard_pb2.GetRequest(id=record.id))

    async def found(self, asked: str, actor: Any = None) -> set[str]:
        page = await self.office.stub(self.case, actor).List(standard_pb2.ListRequest(filter=asked))
        return {each.id for each in page.items}

    async def cloud(self, actor: Any = None, asked: str = "") -> dict[str, int]:
        request = beside_pb.CountTagsRequest(entity=str(self.case), filter=asked)
        return {
            each.tag: each.count for each in (await self.beside(actor).CountTags(request)).items
        }


@pytest.fixture
def desk(office: Office, case: Case, organisation: TestOrganisation) -> Desk:
    return Desk(office, case, organisation)


def test_what_people_work_on_has_tags_and_nothing_else() -> None:
    """XC-01: not what sets up the organisation or a person's pages, what a log tells, what few may read."""
    wanted = {
        case.record
        for case in CASES.values()
        if case.record.governed_by == Governs.RECORDS and case.service != "identity"
        if not (case.record.a_log or case.record.confidential)
    }
    assert {case.record for case in TAGGED} == wanted


@every
async def test_a_record_is_labelled_by_name_and_found_by_it(desk: Desk) -> None:
    """XC-01: a name is understood whatever case and accents; what is stored stays as it is."""
    value, name = word(), f"Schlüssel {word()}"
    id = await desk.organisation.tag(name, value=value)
    record = await desk.make(name.upper().replace("Ü", "U"))
    assert list(record.tags) == [value]
    assert list((await desk.label(record, value, name, str(id))).tags) == [value]
    for asked in (value, name, name.lower(), str(id)):
        assert await desk.found(f'tags:"{asked}"') == {record.id}
    assert record.id not in await desk.found(f'NOT tags:"{name}"')
    assert record.id not in await desk.found("tags = null")
    await desk.organisation.tag("Renamed " + name, id, value=value)
    assert list((await desk.get(record)).tags) == [value]
    assert await desk.found(f'tags:"renamed {name}"') == {record.id}


@every
async def test_tags_stand_in_history_figures_and_cloud(desk: Desk) -> None:
    """XC-01, XC-02: a record counts under each of its tags, and each number leads to its rows."""
    first, second = word(), word()
    for each in (first, second):
        await desk.organisation.tag(each)
    records = [await desk.make(first), await desk.make(first, second), await desk.make()]
    these = " OR ".join(f"id = {each.id}" for each in records)
    asked = beside_pb.AggregateRequest(entity=str(desk.case), group_by=["tags"], filter=these)
    figures = (await desk.beside().Aggregate(asked)).items
    counted = {each.group.get("tags"): int(each.measures["count"]) for each in figures}
    assert counted == {first: 2, second: 1, None: 1}
    for each in figures:
        assert len(await desk.found(each.filter)) == int(each.measures["count"]), each.filter
    assert await desk.cloud(asked=these) == {first: 2, second: 1}
    assert (await desk.cloud())[first] == 2
    history = beside_pb.HistoryRequest(entity=str(desk.case), id=records[0].id)
    await desk.label(records[0], second)
    changes = (await desk.beside().History(history)).items[0].changes
    assert [(each.field, each.before, each.after) for each in changes] == [
        ("tags", f'["{first}"]', f'["{second}"]')
    ]


@every
async def test_the_cloud_weighs_what_the_viewer_sees(desk: Desk, office: Office) -> None:
    """XC-02: counted independently by listing as the same person; a hidden field has no cloud."""
    tag = word()
    await desk.organisation.tag(tag)
    await desk.organisation.default(str(desk.case), "private")
    try:
        mine, other = await desk.make(tag), await desk.make(tag)
        eve = await desk.organisation.person("Eve", ALL)
        assert tag not in await desk.cloud(eve)
        request = beside_pb.ShareRequest(
            entity=str(desk.case), id=mine.id, principal_kind="person",
            principal_id=str(eve.person_id), level="read",
        )  # fmt: skip
        await desk.beside().Share(request)
        assert (await desk.cloud(eve))[tag] == len(await desk.found(f"tags:{tag}", eve)) == 1
        assert (await desk.cloud())[tag] == 2
        everything = (await desk.beside(eve).CountTags(beside_pb.CountTagsRequest())).items
        assert [dict(each.entities) for each in everything if each.tag == tag] == [
            {str(desk.case): 1}
        ]
        with pytest.raises(NotFound):
            await desk.label(other, tag, actor=eve)
    finally:
        await desk.organisation.default(str(desk.case), desk.case.record.default_access)


@every
async def test_hidden_tags_are_nowhere(desk: Desk) -> None:
    """ID-14, XC-02"""
    tag = word()
    await desk.organisation.tag(tag)
    record = await desk.make(tag)
    hidden = (FieldAccess(str(desk.case), "tags", "hidden"),)
    eve = await desk.organisation.person(
        "Eve", profiles=(await desk.organisation.profile(ALL, fields=hidden),)
    )
    with pytest.raises(NotFound):
        await desk.cloud(eve)
    everything = (await desk.beside(eve).CountTags(beside_pb.CountTagsRequest())).items
    assert not any(each.entities.get(str(desk.case)) for each in everything)
    for asked in (f"tags:{tag}", "tags = null"):
        with pytest.raises(Invalid):
            await desk.found(asked, eve)
    asked = beside_pb.AggregateRequest(entity=str(desk.case), group_by=["tags"])
    with pytest.raises(Invalid):
        await desk.beside(eve).Aggregate(asked)
    with pytest.raises(Invalid):
        await desk.label(record, tag, actor=eve)


@one
async def test_who_may_not_see_the_entity_has_no_cloud_of_it(desk: Desk) -> None:
    """XC-02"""
    blind = await desk.organisation.person("Eve", Permission("sales.Opportunity", view=True))
    with pytest.raises(Denied):
        await desk.cloud(blind)


@every
async def test_merged_tags_are_what_they_became_for_good(desk: Desk) -> None:
    """XC-01: records follow, each tag once, told in their history; old names lead on."""
    gone, stays = word(), word()
    into = await desk.organisation.tag(stays)
    id = await desk.organisation.tag(gone)
    both, alone = await desk.make(gone, stays), await desk.make(gone)
    await desk.organisation.tag(gone, id, into_id=into)

    async def followed() -> bool:
        return [list((await desk.get(each)).tags) for each in (both, alone)] == [[stays], [stays]]

    await until(followed, "records have what the tag became")
    assert await desk.found(f"tags:{gone}") == {both.id, alone.id}
    assert list((await desk.make(gone.upper())).tags) == [stays]
    history = beside_pb.HistoryRequest(entity=str(desk.case), id=alone.id)
    entry = (await desk.beside().History(history)).items[0]
    assert entry.actor == f"system:{desk.case.service}.merge_tags"
    assert (await desk.get(alone)).version == alone.version + 1


@one
async def test_what_may_not_be_chosen_stays_where_it_is(desk: Desk) -> None:
    """XC-01: unknown, retired, or meant for others."""
    tag, other = word(), word()
    category = await desk.organisation.tag_category(word())
    id = await desk.organisation.tag(tag, category_id=category)
    await desk.organisation.tag(other)
    record = await desk.make(tag)
    await desk.organisation.tag(tag, id, category_id=category, retired=True)
    assert list((await desk.label(record, tag, other)).tags) == [tag, other]
    with pytest.raises(Invalid) as wrong:
        await desk.make(tag)
    assert "retired" in wrong.value.fields["tags"]
    await desk.organisation.tag(tag, id, category_id=category)
    await desk.organisation.tag_category(word(), category, entities=("sales.Opportunity",))
    with pytest.raises(Invalid) as wrong:
        await desk.make(tag)
    assert "not meant for these" in wrong.value.fields["tags"]
    with pytest.raises(Invalid) as wrong:
        await desk.make(f"{other}x")
    assert repr(other) in wrong.value.fields["tags"]


@one
async def test_tags_have_bounds(desk: Desk) -> None:
    """XC-01: no more than fifty, none too long, nothing unseen in them."""
    with pytest.raises(Invalid):
        await desk.make(*(f"tag{number}" for number in range(51)))
    for ill in ("x" * 61, "x" * 180_000, "a\0b", "a\u202eb"):
        with pytest.raises(Invalid) as wrong:
            await desk.make(ill)
        assert set(wrong.value.fields) == {"tags"}
        assert len(wrong.value.fields["tags"]) < 300
