"""XC-07: any record that people write notes on is followed, and followers hear of what they may see."""

from collections.abc import Sequence
from typing import Any

import pytest
from crm.v1 import follow_pb2 as pb
from crm.v1 import notes_pb2, notices_pb2
from crm.v1.follow_pb2_grpc import FollowersStub
from sqlalchemy import func, select

from kit.access.entries import FieldAccess
from kit.beside.follow.tables import followed_change, follower
from kit.beside.follow.telling import tell_followers
from kit.errors import Invalid, NotFound
from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from tests.entities.cases import Case
from tests.entities.factories import Office
from tests.entities.test_bin import beside, deleted, restoring
from tests.entities.test_erasing import erased
from tests.entities.test_notes import NOTED, SILENT, notes

EVERY = pytest.mark.parametrize("case", NOTED, ids=str)


def following(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(FollowersStub, actor or office.actor)


def named(case: Case, made: Any) -> pb.FollowRequest:
    return pb.FollowRequest(entity=str(case), id=made.id)


async def handed_over(office: Office, case: Case, made: Any) -> Any:
    """The record after Ana gave it to Bob."""
    record = case.message(id=made.id, owner_id=str(office.colleague.person_id))
    patch = case.patch(record=record, mask={"paths": ["owner_id"]})
    return await office.stub(case).Update(patch)


async def notices(office: Office, case: Case, made: Any) -> Sequence[notices_pb2.NoticeGiven]:
    """What the owner of the record said of whom to tell, once followers were thought of."""
    serving = office.servings[case.service]
    await tell_followers(serving.process)
    bodies = await serving.announced(f"crm.{case.service}.notice.given")
    told = map(notices_pb2.NoticeGiven.FromString, bodies)
    return [each for each in told if each.record_id == made.id]


def told(given: Sequence[notices_pb2.NoticeGiven], actor: Any) -> list[tuple[str, str]]:
    """Why somebody was told, and of what."""
    return [
        (to.kind, each.what)
        for each in given
        for to in each.addressees
        if to.person_id == str(actor.person_id)
    ]


@EVERY
async def test_who_follows_hears_of_changes_and_notes_by_others(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    made = await office.make(case)
    rita = await organisation.person("Rita", ALL, SET_UP, MANAGES)
    stub = following(office, case, rita)
    assert (await stub.Follow(named(case, made))).following
    assert (await stub.Follow(named(case, made))).following, "twice is once"
    page = await stub.List(pb.FollowersRequest(entity=str(case), id=made.id))
    assert [each.person_id for each in page.items] == [str(rita.person_id)]
    assert page.following
    asked = notes_pb2.NewNote(entity=str(case), id=made.id, body="Look at this.")
    await notes(office, case).Create(asked)
    await notes(office, case, rita).Create(asked)
    await handed_over(office, case, made)
    given = await notices(office, case, made)
    assert told(given, rita) == [("followed", "noted"), ("followed", "updated")]
    assert told(given, office.colleague) == [("assigned", "updated")]
    assert told(given, office.actor) == [], "whoever does it knows"
    assert await notices(office, case, made) == given, "each change is told once"
    assert not (await stub.Unfollow(named(case, made))).following
    await notes(office, case).Create(asked)
    assert len(told(await notices(office, case, made), rita)) == 2


@EVERY
async def test_what_one_may_not_see_is_neither_followed_nor_told(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-07, ID-08: attack: a record that was invisible from the start, and one that became so."""
    made, other = await office.make(case), await office.make(case)
    mallory = await organisation.person("Mallory")
    stub = following(office, case, mallory)
    await stub.Follow(named(case, made))
    default = await organisation.default(str(case), "private")
    try:
        for refused in (
            stub.Follow(named(case, other)),
            stub.Unfollow(named(case, made)),
            stub.List(pb.FollowersRequest(entity=str(case), id=other.id)),
        ):
            with pytest.raises(NotFound):
                await refused
        asked = notes_pb2.NewNote(entity=str(case), id=made.id, body="Between us.")
        await notes(office, case).Create(asked)
        await handed_over(office, case, made)
        assert told(await notices(office, case, made), mallory) == []
    finally:
        await organisation.publish("default", None, default)
    assert told(await notices(office, case, made), mallory) == [], "not even afterwards"


@EVERY
async def test_a_change_of_what_is_hidden_is_not_told(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    """XC-07: attack: learning that a hidden field changed."""
    hidden = FieldAccess(str(case), "owner_id", "hidden")
    profile = await organisation.profile(ALL, SET_UP, MANAGES, fields=(hidden,))
    reader = await organisation.person("Rita", profiles=(profile,))
    made = await office.make(case)
    await following(office, case, reader).Follow(named(case, made))
    await handed_over(office, case, made)
    assert told(await notices(office, case, made), reader) == []


@EVERY
async def test_followers_go_with_their_record(case: Case, office: Office) -> None:
    made = await office.make(case)
    await following(office, case).Follow(named(case, made))
    if "Delete" not in case.methods:
        return
    if not case.record.no_bin:
        await deleted(office, case, made)
        with pytest.raises(NotFound):
            await following(office, case).Follow(named(case, made))
        await beside(office, case).Restore(restoring(case, made))
        page = pb.FollowersRequest(entity=str(case), id=made.id)
        assert (await following(office, case).List(page)).following
        await erased(office, case, made)
    else:
        await deleted(office, case, made)
    process = office.servings[case.service].process
    left = select(func.count()).select_from(follower).where(follower.c.record_id == made.id)
    assert (await process.database.rows(left))[0][0] == 0
    await tell_followers(process)
    assert await process.database.rows(select(followed_change)) == []


@pytest.mark.parametrize("case", SILENT, ids=str)
async def test_what_takes_no_notes_is_not_followed(case: Case, office: Office) -> None:
    with pytest.raises(Invalid):
        await following(office, case).Follow(
            pb.FollowRequest(entity=str(case), id="0190a000-0000-7000-8000-000000000000")
        )
