"""XC-07: letters about what came into the inbox, as its owner chose, of what he may see by then."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from crm.scheduling.v1 import activities_pb2
from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsStub
from crm.v1.notices_pb2 import Addressee, NoticeGiven
from sqlalchemy import delete, select, update

from kit.actor import Actor
from kit.errors import NotFound
from kit.ids import uuid7
from kit.mail.tables import letter
from kit.settings import Tls
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.scheduling.inbox.coming_in import take_in
from services.scheduling.inbox.jobs import last_morning, write_at_once, write_daily
from services.scheduling.model.notifications import notification

TITLE = "Call <b>Maria</b>"


@pytest.fixture
async def posting(serving: Serving) -> AsyncIterator[Serving]:
    """Scheduling with a mail server, though nothing is sent here."""
    before: Any = serving.process.settings
    serving.process.settings = replace(before, smtp_host="127.0.0.1:1", smtp_tls=Tls.NONE)
    async with serving.process.database.transaction() as transaction:
        await transaction.count(delete(notification))
    yield serving
    serving.process.settings = before
    async with serving.process.database.transaction() as transaction:
        await transaction.count(delete(letter))


@pytest.fixture
async def bob(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Bob")


async def _told(posting: Serving, ana: Actor, bob: Actor, kind: str, what: str) -> str:
    """Bob is told of an activity of Ana's; its id."""
    stub = posting.stub(ActivitiesStub, ana)
    made = await stub.Create(activities_pb2.Activity(name=TITLE, type="call"))
    event = NoticeGiven(
        id=str(uuid7()),
        entity="scheduling.Activity",
        record_id=made.id,
        actor=ana.name,
        what=what,
        addressees=[Addressee(person_id=bob.name, kind=kind)],
    )
    async with posting.process.work(Actor.system("scheduling.tell_of_scheduling")) as work:
        await take_in(event, work)
    return str(made.id)


async def _letters(posting: Serving, bob: Actor) -> Sequence[EmailMessage]:
    people = posting.process.policy.organisation.people
    address = people[bob.person_id].email  # type: ignore[index]  # Bob is somebody
    mine = select(letter).where(letter.c.recipient == address).order_by(letter.c.id)
    rows = await posting.process.database.rows(mine)
    return [message_from_bytes(row.message, policy=default) for row in rows]


def _parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.iter_parts()
    return plain.get_content(), html.get_content()


async def _write(posting: Serving) -> None:
    await write_at_once(posting.process)
    await write_daily(posting.process)


async def _let_a_night_pass(posting: Serving) -> None:
    before = datetime.now(UTC) - timedelta(days=1)
    async with posting.process.database.transaction() as transaction:
        await transaction.count(update(notification).values(at=before))


async def test_whoever_wants_it_is_written_to_at_once(
    posting: Serving, ana: Actor, bob: Actor
) -> None:
    activity = await _told(posting, ana, bob, "assigned", "created")
    await _write(posting)
    await _write(posting)
    (message,) = await _letters(posting, bob)
    assert message["Subject"] == f"Ana gave you {TITLE}"
    assert "List-Unsubscribe" not in message
    plain, html = _parts(message)
    link = f"http://localhost:8000/inbox/to/scheduling.Activity/{activity}"
    assert link in plain
    assert f'href="{link}"' in html
    assert "Call &lt;b&gt;Maria&lt;/b&gt;" in html
    assert "<b>" not in html


async def test_a_day_makes_one_letter_which_one_click_ends(
    posting: Serving, ana: Actor, bob: Actor
) -> None:
    for _ in range(2):
        await _told(posting, ana, bob, "followed", "updated")
    await _write(posting)
    assert await _letters(posting, bob) == [], "the morning is still to come"
    await _let_a_night_pass(posting)
    await _write(posting)
    await _write(posting)
    (message,) = await _letters(posting, bob)
    plain, html = _parts(message)
    assert plain.count("Ana changed Call <b>Maria</b>") == 2
    assert html.count("<li>") == 2
    address = message["List-Unsubscribe"].strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stub = posting.stub(NotificationsStub, Actor.door())
    await stub.Unsubscribe(pb.UnsubscribeRequest(secret=address.rpartition("/")[2]))
    choices = await posting.stub(NotificationsStub, bob).Choices(pb.ChoicesRequest())
    assert (choices.followed, choices.assigned) == ("never", "at_once")
    for guess in ("", "guess", "x" * 180_000, "\x00", "ș"):
        with pytest.raises(NotFound):
            await stub.Unsubscribe(pb.UnsubscribeRequest(secret=guess))


async def test_nobody_is_written_of_what_he_may_not_see_by_then(
    posting: Serving, ana: Actor, bob: Actor, organisation: TestOrganisation
) -> None:
    """Attack: the record was closed between the event and the letter."""
    default = await organisation.default("scheduling.Activity", "private")
    try:
        await _told(posting, ana, bob, "assigned", "created")
        await _told(posting, ana, bob, "followed", "updated")
        await _let_a_night_pass(posting)
        await _write(posting)
    finally:
        await organisation.publish("default", None, default)
    await _write(posting)
    assert await _letters(posting, bob) == []


async def test_what_is_read_or_not_wanted_is_not_written(
    posting: Serving, ana: Actor, bob: Actor
) -> None:
    stub = posting.stub(NotificationsStub, bob)
    # The service writes by itself what is to be written at once, so that only days can be waited for.
    await stub.Choose(pb.NotificationChoices(mentioned="never", assigned="daily"))
    await _told(posting, ana, bob, "assigned", "created")
    await _told(posting, ana, bob, "followed", "updated")
    await stub.ReadAll(pb.ReadAllRequest())
    await _told(posting, ana, bob, "mentioned", "noted")
    await _let_a_night_pass(posting)
    await _write(posting)
    assert await _letters(posting, bob) == []


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-29T10:00", "2026-11-29T05:00"),
        ("2026-11-29T05:00", "2026-11-29T05:00"),
        ("2026-11-29T04:59", "2026-11-28T05:00"),
        # In the night of the 29th of March clocks go forward.
        ("2026-03-29T04:30", "2026-03-29T04:00"),
        ("2026-03-29T03:30", "2026-03-28T05:00"),
    ],
)
def test_mornings_are_those_of_the_reader(now: str, morning: str) -> None:
    found = last_morning("Europe/Bucharest", datetime.fromisoformat(f"{now}+00:00"))
    assert found == datetime.fromisoformat(f"{morning}+00:00")
