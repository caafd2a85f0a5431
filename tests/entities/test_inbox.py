"""XC-07: one inbox for each person, in which nothing stands that he may not see."""

from collections.abc import Sequence
from typing import Any

import pytest
from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsStub
from crm.v1 import notes_pb2, notices_pb2, options_pb2, records_pb2
from sqlalchemy import select

from kit.actor import Actor
from kit.entity import Level
from kit.errors import Invalid, NotFound
from kit.ids import uuid7
from kit.notices.kinds import KINDS
from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from kit.wire.plain import plain
from services.scheduling.inbox.coming_in import take_in
from services.scheduling.model.notifications import notification
from tests.entities.cases import CASES
from tests.entities.factories import Office
from tests.entities.test_bin import beside, deleted, restoring
from tests.entities.test_notes import notes
from tests.waiting import until

DEAL = CASES["sales.Opportunity"]


def inbox(office: Office, actor: Actor) -> Any:
    return office.servings["scheduling"].stub(NotificationsStub, actor)


async def told(office: Office, actor: Actor, **asked: Any) -> Sequence[pb.Notification]:
    return list((await inbox(office, actor).List(pb.NotificationsRequest(**asked))).items)


async def first_of(office: Office, actor: Actor) -> pb.Notification:
    """What somebody is told first, as soon as it has come over from the owner of the record."""

    async def arrived() -> bool:
        return bool(await told(office, actor))

    await until(arrived, "the notification is in the inbox")
    return (await told(office, actor))[0]


@pytest.fixture
async def bob(organisation: TestOrganisation) -> Actor:
    """Somebody new, whose inbox is empty."""
    return await organisation.person("Bob", ALL, SET_UP, MANAGES)


@pytest.fixture
async def given(office: Office, bob: Actor) -> Any:
    """A deal that Ana gave to Bob."""
    return await office.make(DEAL, name="Forty chairs", owner_id=str(bob.person_id))


async def _arrives(office: Office, bob: Actor, **said: Any) -> notices_pb2.NoticeGiven:
    """An event as it comes over the wire, handled here."""
    event = notices_pb2.NoticeGiven(
        addressees=[notices_pb2.Addressee(person_id=str(bob.person_id), kind="followed")],
        entity=str(DEAL),
        record_id=str(uuid7()),
        id=str(uuid7()),
        what="updated",
        actor=office.actor.name,
    )
    for name, value in said.items():
        setattr(event, name, value)
    async with office.servings["scheduling"].process.work(
        Actor.system("scheduling.tell_of_sales")
    ) as work:
        await take_in(event, work)
    return event


async def test_who_is_given_a_record_is_told_so(office: Office, given: Any, bob: Actor) -> None:
    one = await first_of(office, bob)
    assert (one.kind, one.what, one.state) == ("assigned", "created", "seen")
    assert (one.entity, one.record_id, one.title) == (str(DEAL), given.id, "Forty chairs")
    assert (one.actor, one.HasField("read_at")) == (office.actor.name, False)
    page = await inbox(office, bob).List(pb.NotificationsRequest())
    assert [each.title for each in page.page.titles] == ["Ana"]
    assert page.unread == 1


async def test_whoever_is_mentioned_is_told_once_and_who_may_not_see_it_never(
    office: Office, bob: Actor, organisation: TestOrganisation
) -> None:
    """XC-07: a mention of somebody who may not see the record is told to the writer alone."""
    made = await office.make(DEAL)
    mallory = await organisation.person("Mallory")
    default = await organisation.default(str(DEAL), "private")
    try:
        names = " ".join(f"@[X]({each.person_id})" for each in (bob, mallory, office.actor))
        share = {
            "principal_kind": "person",
            "principal_id": str(bob.person_id),
            "level": Level.READ,
        }
        await beside(office, DEAL).Share(_share(made, share))
        asked = notes_pb2.NewNote(entity=str(DEAL), id=made.id, body=f"Look: {names}")
        note = await notes(office, DEAL).Create(asked)
        assert list(note.unseen_by) == [str(mallory.person_id)]
        assert (await first_of(office, bob)).kind == "mentioned"
    finally:
        await organisation.publish("default", None, default)
    assert await told(office, mallory) == []
    assert await told(office, office.actor, kind="mentioned") == []


def _share(made: Any, given: dict[str, str]) -> Any:
    return records_pb2.ShareRequest(entity=str(DEAL), id=made.id, **given)


async def test_a_record_that_became_invisible_tells_nothing_of_itself(
    office: Office, given: Any, bob: Actor, organisation: TestOrganisation
) -> None:
    await first_of(office, bob)
    await office.stub(DEAL, bob).Update(
        DEAL.patch(
            record=DEAL.message(id=given.id, owner_id=str(office.actor.person_id)),
            mask={"paths": ["owner_id"]},
        )
    )
    default = await organisation.default(str(DEAL), "private")
    try:
        (gone,) = await told(office, bob)
    finally:
        await organisation.publish("default", None, default)
    assert gone == pb.Notification(id=gone.id, kind="assigned", at=gone.at, state="gone")
    assert (await told(office, bob))[0].title == "Forty chairs"
    await deleted(office, DEAL, given)
    assert [each.state for each in await told(office, bob)] == ["gone"]
    await beside(office, DEAL).Restore(restoring(DEAL, given))
    assert [each.state for each in await told(office, bob)] == ["seen"]


async def test_an_event_makes_one_notification_however_often_it_is_delivered(
    office: Office, bob: Actor
) -> None:
    event = await _arrives(office, bob)
    await _arrives(office, bob, id=event.id, record_id=event.record_id)
    assert len(await told(office, bob)) == 1


async def test_nobody_reads_or_marks_the_inbox_of_another(
    office: Office, bob: Actor, organisation: TestOrganisation
) -> None:
    """XC-07: attack: by the ids of another person's notifications."""
    await _arrives(office, bob)
    (one,) = await told(office, bob)
    mallory = await organisation.person("Mallory", ALL, SET_UP, MANAGES)
    assert await told(office, mallory) == []
    stub, named = inbox(office, mallory), pb.NotificationRequest(id=one.id)
    for refused in (stub.Read(named), stub.Unread(named), stub.Mute(named), stub.Unmute(named)):
        with pytest.raises(NotFound):
            await refused
    await stub.ReadAll(pb.ReadAllRequest())
    assert [each.HasField("read_at") for each in await told(office, bob)] == [False]


async def test_notifications_are_read_unread_and_narrowed(office: Office, bob: Actor) -> None:
    for _ in range(3):
        await _arrives(office, bob)
    stub = inbox(office, bob)
    newest, middle, oldest = await told(office, bob)
    assert (await stub.Read(pb.NotificationRequest(id=middle.id))).unread == 2
    assert (await stub.Read(pb.NotificationRequest(id=middle.id))).unread == 2
    assert [each.id for each in await told(office, bob, unread=True)] == [newest.id, oldest.id]
    assert (await stub.Unread(pb.NotificationRequest(id=middle.id))).unread == 3
    page = await stub.List(pb.NotificationsRequest(page_size=2))
    rest = await stub.List(pb.NotificationsRequest(page_token=page.page.next_page_token))
    assert [each.id for each in rest.items] == [oldest.id]
    assert await told(office, bob, kind="assigned") == []
    assert (await stub.ReadAll(pb.ReadAllRequest())).unread == 0
    assert (await stub.Count(pb.CountRequest())).unread == 0
    with pytest.raises(Invalid):
        await told(office, bob, page_token="x" * 180_000)
    for unknown in ("", "nobody", str(uuid7())):
        with pytest.raises(NotFound):
            await stub.Read(pb.NotificationRequest(id=unknown))


async def test_of_what_is_muted_nothing_more_is_told(office: Office, bob: Actor) -> None:
    stub, event = inbox(office, bob), await _arrives(office, bob)
    (one,) = await told(office, bob)
    await stub.Mute(pb.NotificationRequest(id=one.id))
    await stub.Mute(pb.NotificationRequest(id=one.id))
    await _arrives(office, bob, record_id=event.record_id)
    await _arrives(office, bob)
    assert [each.muted for each in await told(office, bob)] == [False, True]
    await stub.Unmute(pb.NotificationRequest(id=one.id))
    await _arrives(office, bob, record_id=event.record_id)
    assert len(await told(office, bob)) == 3


async def test_work_in_the_background_is_about_no_record(office: Office, bob: Actor) -> None:
    work = {"work": "import", "work_id": "sales.1", "work_name": "<b>deals</b>.csv", "what": "done"}
    await _arrives(office, bob, record_id="", **work)
    (one,) = await told(office, bob)
    assert (one.state, one.work_name, one.record_id) == ("seen", "<b>deals</b>.csv", "")
    with pytest.raises(Invalid):
        await inbox(office, bob).Mute(pb.NotificationRequest(id=one.id))


async def test_who_has_left_is_told_nothing(office: Office, organisation: TestOrganisation) -> None:
    gone = await organisation.person("Gone", ALL, status="inactive")
    await _arrives(office, gone)
    assert await office.servings["scheduling"].process.database.rows(_of(gone)) == []


def _of(person: Actor) -> Any:
    return select(notification).where(notification.c.person_id == person.person_id)


async def test_people_choose_by_which_letters_they_are_told(office: Office, bob: Actor) -> None:
    stub = inbox(office, bob)
    before = plain(await stub.Choices(pb.ChoicesRequest()))
    assert before == {
        "mentioned": "at_once",
        "assigned": "at_once",
        "completed": "never",
        "followed": "daily",
        "shared": "at_once",
    }
    after = plain(await stub.Choose(pb.NotificationChoices(followed="never", assigned="")))
    assert after == {**before, "followed": "never"}
    with pytest.raises(Invalid):
        await stub.Choose(pb.NotificationChoices(followed="hourly"))


async def test_each_change_of_an_inbox_is_told_without_saying_of_what(
    office: Office, bob: Actor
) -> None:
    await _arrives(office, bob)
    await inbox(office, bob).ReadAll(pb.ReadAllRequest())
    bodies = await office.servings["scheduling"].announced("crm.scheduling.inbox.changed")
    news = [pb.InboxChanged.FromString(each) for each in bodies]
    assert [each.unread for each in news if each.person_id == str(bob.person_id)] == [1, 0]


def test_the_contract_knows_every_kind() -> None:
    """A reason to be told is declared once, and chosen, narrowed and told under its name."""
    kinds = [each.name for each in pb.NotificationChoices.DESCRIPTOR.fields]
    asked = pb.NotificationsRequest.DESCRIPTOR.fields_by_name["kind"]
    assert kinds == list(KINDS)
    assert sorted(asked.GetOptions().Extensions[options_pb2.one_of]) == sorted(KINDS)
