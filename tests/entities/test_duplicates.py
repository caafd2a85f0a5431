"""PA-29: records that may be the same are told at entry, refused where a rule says so, and found in pairs."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from crm.v1 import duplicates_pb2 as pb
from crm.v1.duplicates_pb2_grpc import DuplicatesStub

from kit.access.entries import FieldAccess, Permission
from kit.beside.duplicates.taking import has_duplicates
from kit.errors import Denied, Duplicate, Invalid, NotFound
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office
from tests.entities.test_bin import beside, deleted, restoring
from tests.waiting import until

NOBODY = "01a228ad-0000-7000-8000-000000000000"
FOUND = [case for case in CASES.values() if has_duplicates(case.message.DESCRIPTOR)]
every = pytest.mark.parametrize("case", FOUND, ids=str)
one = pytest.mark.parametrize("case", [CASES["parties.Account"]], ids=str)


class Desk:
    """Where records of one entity are looked through by a field that the organisation has added."""

    def __init__(self, office: Office, case: Case, organisation: TestOrganisation) -> None:
        self.office, self.case, self.organisation = office, case, organisation
        self.rule: Any = None

    async def begin(self, **said: Any) -> None:
        await self.organisation.custom(str(self.case), "badge")
        self.rule = await self.organisation.duplicates(
            str(self.case), "custom.badge", id=self.rule, **said
        )

    async def end(self) -> None:
        await self.organisation.publish("duplicate_rule", None, self.rule)

    def stub(self, actor: Any = None) -> Any:
        serving = self.office.servings[self.case.service]
        return serving.stub(DuplicatesStub, actor or self.office.actor)

    async def make(self, badge: str, **more: Any) -> Any:
        return await self.office.make(self.case, custom={"badge": badge}, **more)

    async def matches(self, badge: str, actor: Any = None, of: str = "") -> list[pb.Candidate]:
        request = pb.MatchRequest(entity=str(self.case), id=of)
        request.record.Pack(self.case.message(custom={"badge": badge}))
        return list((await self.stub(actor).Match(request)).items)

    async def pairs(self, actor: Any = None, **asked: Any) -> list[pb.DuplicatePair]:
        request = pb.DuplicatesRequest(entity=str(self.case), page_size=100, **asked)
        return list((await self.stub(actor).List(request)).items)

    async def paired(self, first: Any, second: Any, actor: Any = None, **asked: Any) -> bool:
        ids = {first.id, second.id}
        return any(ids == {e.first.id, e.second.id} for e in await self.pairs(actor, **asked))

    async def until_paired(self, first: Any, second: Any) -> None:
        await until(lambda: self.paired(first, second), "the two are found")

    async def until_not(self, first: Any, second: Any) -> None:
        async def gone() -> bool:
            return not await self.paired(first, second)

        await until(gone, "the two are a pair no more")

    def apart(self, first: Any, second: Any, actor: Any = None, **said: Any) -> Any:
        request = pb.TellApartRequest(
            entity=str(self.case), id=first.id, other_id=second.id, **said
        )
        return self.stub(actor).TellApart(request)


@pytest.fixture
async def desk(office: Office, case: Case, organisation: TestOrganisation) -> AsyncIterator[Desk]:
    made = Desk(office, case, organisation)
    await made.begin()
    yield made
    await made.end()


def badge() -> str:
    return f"b{uuid7().hex}"


@every
async def test_two_that_agree_are_told_at_entry_found_and_told_apart(
    case: Case, desk: Desk
) -> None:
    """PA-29: whatever the entity, by its own form, its API, and in the background."""
    said = badge()
    first, second = await desk.make(said), await desk.make(said.upper())
    told = await desk.matches(f" {said} ")
    assert {each.id for each in told} == {first.id, second.id}
    assert [each.rules for each in told] == [["Same custom.badge"]] * 2
    assert [each.id for each in await desk.matches(said, of=first.id)] == [second.id]
    await desk.until_paired(first, second)
    pair = await desk.apart(second, first)
    assert pair.apart_by == str(desk.office.actor.person_id)
    assert not await desk.paired(first, second)
    assert await desk.paired(first, second, apart=True)
    await desk.apart(first, second, apart=False)
    assert await desk.paired(first, second)


@every
async def test_a_second_one_is_refused_unless_it_is_meant(case: Case, desk: Desk) -> None:
    """PA-29: 409 at the API, with those it might be."""
    said = badge()
    first = await desk.make(said)
    await desk.begin(refuses=True)
    with pytest.raises(Duplicate) as refused:
        await desk.make(said)
    (candidate,) = msgspec.json.decode(refused.value.candidates or b"")
    assert (candidate["id"], candidate["refused"]) == (first.id, True)
    message = await desk.office.message(case, custom={"badge": said})
    second = await desk.office.stub(case).Create(message, allow_duplicates=True)
    assert second.id != first.id
    assert (await desk.make(badge())).id


@every
async def test_who_does_not_see_a_record_learns_of_no_agreement(
    case: Case, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-29, ID-08: not as one types, not by a refusal, not by a pair."""
    said = badge()
    first, second = await desk.make(said), await desk.make(said)
    await desk.until_paired(first, second)
    default = await organisation.default(str(case), "private")
    stranger = await organisation.person("Mallory")
    try:
        await desk.begin(refuses=True)
        assert await desk.matches(said, stranger) == []
        assert not await desk.paired(first, second, stranger)
        with pytest.raises(NotFound):
            await desk.apart(first, second, stranger)
        with pytest.raises(NotFound):
            await desk.matches(said, stranger, of=first.id)
    finally:
        await organisation.publish("default", None, default)


@one
async def test_an_invisible_record_refuses_nobody(
    case: Case, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-29: a refusal would tell that there is one; those who see both find the pair."""
    said = badge()
    first = await desk.make(said)
    default = await organisation.default(str(case), "private")
    stranger = await organisation.person("Mallory")
    try:
        await desk.begin(refuses=True)
        message = await desk.office.message(case, custom={"badge": said})
        second = await desk.office.stub(case, stranger).Create(message)
    finally:
        await organisation.publish("default", None, default)
    await desk.until_paired(first, second)


@one
async def test_a_field_out_of_sight_tells_nothing(
    case: Case, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-29, ID-12: to be told who has the same value would tell the value."""
    said = badge()
    first, second = await desk.make(said), await desk.make(said)
    await desk.until_paired(first, second)
    hidden = (FieldAccess(str(case), "custom.badge", "hidden"),)
    profile = await organisation.profile(ALL, fields=hidden)
    blind = await organisation.person("Blind", profiles=(profile,))
    assert await desk.matches(said, blind) == []
    assert not await desk.paired(first, second, blind)
    with pytest.raises(NotFound):
        await desk.apart(first, second, blind)


@one
async def test_a_reader_sees_pairs_and_tells_none_apart(
    case: Case, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-29, ID-05"""
    said = badge()
    first, second = await desk.make(said), await desk.make(said)
    await desk.until_paired(first, second)
    reader = await organisation.person("Rita", Permission(entity="*", view=True))
    assert await desk.paired(first, second, reader)
    with pytest.raises(Denied):
        await desk.apart(first, second, reader)
    without = await organisation.person("Nobody", Permission(entity="sales.Product", view=True))
    with pytest.raises(Denied):
        await desk.pairs(without)
    with pytest.raises(Denied):
        await desk.matches(said, without)


@one
async def test_pairs_follow_what_becomes_of_their_records(case: Case, desk: Desk) -> None:
    """PA-29: a change makes and ends a pair, the bin takes it out of sight, and restoring brings it back."""
    said = badge()
    first, second = await desk.make(said), await desk.make(badge())
    patch = case.patch(record=case.message(id=second.id, custom={"badge": said}))
    patch.mask.paths.append("custom")
    await desk.office.stub(case).Update(patch)
    await desk.until_paired(first, second)
    await deleted(desk.office, case, second)
    assert not await desk.paired(first, second)
    assert [each.id for each in await desk.matches(said)] == [first.id]
    await beside(desk.office, case).Restore(restoring(case, second))
    await desk.until_paired(first, second)
    patch.record.custom["badge"] = badge()
    await desk.office.stub(case).Update(patch)
    await desk.until_not(first, second)


@one
async def test_a_rule_finds_what_was_there_before_it(
    case: Case, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-29: all records are compared anew when a rule changes; what was told apart stays so."""
    said = badge()
    await desk.end()
    first, second = await desk.make(said), await desk.make(said)
    third = await desk.make(said)
    assert await desk.matches(said) == []
    await desk.begin()
    await desk.until_paired(first, second)
    await desk.until_paired(second, third)
    await desk.apart(first, second)
    await organisation.duplicates(str(case), "custom.badge", "owner_id", id=desk.rule)
    await desk.until_paired(second, third)
    assert not await desk.paired(first, second)
    await desk.end()
    await desk.until_not(second, third)


@one
async def test_pairs_come_in_pages(case: Case, desk: Desk) -> None:
    """PA-29"""
    said = badge()
    made = [await desk.make(said) for _ in range(3)]
    for other in made[1:]:
        await desk.until_paired(made[0], other)
    await desk.until_paired(made[1], made[2])
    every = await desk.pairs()
    seen: list[Any] = []
    asked = pb.DuplicatesRequest(entity=str(case), page_size=2)
    while True:
        page = await desk.stub().List(asked)
        seen += page.items
        if not page.page.next_page_token:
            break
        asked.page_token = page.page.next_page_token
    assert seen == every


@one
@pytest.mark.parametrize("token", ["x", "1_2", f"101_{NOBODY}_{NOBODY}", "9" * 180_000])
async def test_a_token_of_no_page_is_told(case: Case, desk: Desk, token: str) -> None:
    with pytest.raises(Invalid):
        await desk.pairs(page_token=token)


@one
async def test_what_is_half_typed_is_passed_over(case: Case, desk: Desk) -> None:
    """PA-29: a draft is judged by what can be read of it."""
    said = badge()
    first = await desk.make(said)
    request = pb.MatchRequest(entity=str(case))
    half = case.message(email="ana@", custom={"badge": said, "<b>": "\x00" * 1000})
    request.record.Pack(half)
    found = await desk.stub().Match(request)
    assert [each.id for each in found.items] == [first.id]
    request.record.Pack(pb.DuplicatePair())
    with pytest.raises(Invalid):
        await desk.stub().Match(request)


@one
async def test_the_same_record_is_no_pair(case: Case, desk: Desk) -> None:
    first, second = await desk.make(badge()), await desk.make(badge())
    with pytest.raises(Invalid):
        await desk.apart(first, first)
    with pytest.raises(NotFound):
        await desk.apart(first, second)
    with pytest.raises(NotFound):
        await desk.apart(first, type(first)(id="nobody"))
