"""XC-10: who may have which report sent to whom, and what does not fit."""

from typing import Any

import pytest
from crm.identity.v1 import report_schedules_pb2 as pb

from kit.errors import Denied, Invalid, NotFound
from kit.ids import uuid7
from tests.identity.desk import Desk, ana, bob
from tests.identity.office import Office

ZONES = ("UTC", "Europe/Bucharest", "America/New_York", "Asia/Kolkata", "Pacific/Apia")


__all__ = ["ana", "bob"]


async def test_whoever_sees_a_report_has_it_sent_to_herself_and_to_nobody_else(
    ana: Desk, bob: Desk
) -> None:
    report = await ana.report()
    for said in ({}, {"principal_kind": "person", "principal_id": ana.person.id}):
        with pytest.raises(NotFound):
            await bob.send(report, **said)
    with pytest.raises(NotFound):
        await bob.listed(report)
    await ana.share(report, "person", bob.person)
    made = await bob.send(report, rhythm="daily", hour=7)
    assert (made.principal_id, made.rhythm, made.hour) == (bob.person.id, "daily", 7)
    with pytest.raises(Denied):
        await bob.send(report, principal_kind="person", principal_id=ana.person.id)
    assert [each.id for each in await bob.listed()] == [made.id]
    assert [each.id for each in await ana.listed(report)] == [made.id], "she may share it"


async def test_others_schedules_are_out_of_sight_and_nobody_elses_to_end(
    office: Office, ana: Desk, bob: Desk
) -> None:
    report = await ana.report()
    await ana.share(report, "person", bob.person)
    mine = await ana.send(report)
    assert await bob.listed(report) == []
    asked = pb.ReportScheduleRequest(id=mine.id)
    for call in (bob.schedules.Delete, bob.schedules.Leave, bob.schedules.Return):
        with pytest.raises(NotFound):
            await call(asked)
    for_bob = await ana.send(report, principal_kind="person", principal_id=bob.person.id)
    [seen] = await bob.listed(report)
    assert (seen.id, seen.may_end) == (for_bob.id, False)
    with pytest.raises(Denied):
        await bob.schedules.Delete(pb.ReportScheduleRequest(id=for_bob.id))
    await ana.schedules.Delete(asked)
    assert {each.id for each in await ana.listed(report)} == {for_bob.id}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"rhythm": "hourly"}, "rhythm"),
        ({"rhythm": "weekly", "on_day": 8}, "on_day"),
        ({"rhythm": "monthly", "on_day": 32}, "on_day"),
        ({"on_day": -1}, "on_day"),
        ({"hour": 24}, "hour"),
        ({"principal_kind": "group"}, "principal_id"),
        ({"principal_kind": "x" * 180_000}, "principal_kind"),
        ({"principal_kind": "group", "principal_id": str(uuid7())}, "principal_id"),
    ],
)
async def test_what_does_not_fit_is_named(ana: Desk, said: dict[str, Any], field: str) -> None:
    report = await ana.report()
    with pytest.raises(Invalid) as refused:
        await ana.send(report, **said)
    assert field in refused.value.fields


async def test_only_the_gateway_posts(office: Office, ana: Desk) -> None:
    """Attack: a person who calls what is the gateway's alone, and another process."""
    for call in (
        lambda: ana.schedules.TakeDue(pb.TakeDueRequest()),
        lambda: ana.schedules.Send(pb.ReportLetter(reader_id=str(uuid7()))),
        lambda: ana.schedules.Unsubscribe(pb.UnsubscribeReportRequest(secret="x")),
    ):
        with pytest.raises(Denied):
            await call()
