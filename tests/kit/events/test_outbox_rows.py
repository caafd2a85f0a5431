"""What is announced lies in the outbox exactly when its transaction was committed."""

from typing import Any

import pytest
from sqlalchemy import select

from kit.database.engine import Database
from kit.events.publishing.outbox import Announcement, EventTooLarge, insert_statement, rows
from kit.events.subjects import NotAnEvent, change_subject, stream_of
from kit.events.tables import outbox
from kit.telemetry.traces import span
from tests.kit.events.toys import Silence, ToySold, announce


async def _all(database: Database) -> list[Any]:
    async with database.transaction() as transaction:
        return list(await transaction.rows(select(outbox).order_by(outbox.c.seq)))


async def test_events_of_one_transaction_keep_their_order(database: Database) -> None:
    await announce(database, *(ToySold(id="bear", note=str(n)) for n in range(100)))
    notes = [ToySold.FromString(row.body).note for row in await _all(database)]
    assert notes == [str(n) for n in range(100)]


async def test_an_event_carries_its_attributes_and_the_trace_of_its_cause(
    database: Database,
) -> None:
    with span("a request") as cause:
        await announce(database, ToySold(id="bear"))
    row = (await _all(database))[0]
    trace_id = f"{cause.get_span_context().trace_id:032x}"
    assert row.subject == "crm.toys.toy.sold"
    assert row.headers["ce-id"] == str(row.id)
    assert row.headers["ce-type"] == "toys.ToySold"
    assert row.headers["ce-source"] == "/rapport/toys"
    assert row.headers["ce-subject"] == "bear"
    assert row.headers["ce-actor"] == "ann"
    assert trace_id in row.headers["traceparent"]


async def test_what_is_rolled_back_was_never_announced(database: Database) -> None:
    announcements = [Announcement.of(ToySold(id="bear"))]
    async with database.transaction() as transaction:
        await transaction.count(insert_statement, **rows(announcements, service="toys"))
        await transaction.close()
    assert await _all(database) == []


def test_a_message_without_a_subject_is_no_event() -> None:
    with pytest.raises(NotAnEvent, match=r"toys\.Silence"):
        Announcement.of(Silence(id="bear"))


def test_an_event_that_nats_would_never_take_is_refused_where_it_is_written() -> None:
    announcement = Announcement.of(ToySold(id="bear", note="x" * 2_000_000))
    with pytest.raises(EventTooLarge, match="bear"):
        rows([announcement], service="toys")


def test_subjects_follow_from_the_entity() -> None:
    assert change_subject("sales.PriceList", "created") == "crm.sales.price_list.created"
    assert stream_of("crm.sales.price_list.created") == "CRM_SALES"
    assert stream_of("crm.identity.policy.profile.7") == "CRM_POLICY"
    assert stream_of("crm.identity.person.created") == "CRM_IDENTITY"
