"""XC-10: each letter with a report is written once, and none to whom it may not reach."""

import random
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from crm.identity.v1 import groups_pb2, people_pb2
from crm.identity.v1 import report_schedules_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import func, select, update

from kit.errors import NotFound
from kit.mail.tables import letter
from kit.testing.serving import Serving
from services.identity.by_mail.readers import meet_readers
from services.identity.model.figures.schedules import report_reader, report_schedule
from tests.identity.desk import (
    Desk,
    ana,
    at_once,
    bob,
    door,
    end_leases,
    figures,
    letters_to,
    make_due,
    posting,
    taken,
)
from tests.identity.office import Office

ZONES = ("UTC", "Europe/Bucharest", "America/New_York", "Asia/Kolkata", "Pacific/Apia")


__all__ = ["ana", "bob", "posting"]


async def gateway(serving: Serving, dying: str) -> int:
    """Takes up some letters, and dies before the first or after it, says each twice, or does its work."""
    found = await taken(serving)
    for due in found if dying != "before" else ():
        again = 2 if dying == "twice" else 1
        await at_once(door(serving).Send(figures(due)) for _ in range(again))
        if dying == "after":
            break
    return len(found)


@pytest.mark.parametrize("seed", range(4))
async def test_a_letter_is_written_once_whoever_dies(
    posting: Serving, office: Office, ana: Desk, seed: int
) -> None:
    """Three gateways share the work, each as chance has it."""
    chance, report = random.Random(seed), await ana.report()
    group = await office.group(person_ids=[(await office.seller()).id for _ in range(12)])
    await ana.share(report, "group", group)
    await ana.send(report, principal_kind="group", principal_id=group.id)
    await make_due(posting)

    for _ in range(6):
        ways = [chance.choice(["before", "after", "twice", "whole"]) for _ in range(3)]
        await at_once(gateway(posting, dying) for dying in ways)
        await end_leases(posting)
    while await gateway(posting, "whole"):
        pass
    counted = select(letter.c.recipient, func.count()).group_by(letter.c.recipient)
    rows = await posting.process.database.rows(counted)
    assert sorted(row[1] for row in rows) == [1] * 12


async def test_two_gateways_are_never_given_the_same(
    posting: Serving, office: Office, ana: Desk
) -> None:
    report = await ana.report()
    group = await office.group(person_ids=[(await office.seller()).id for _ in range(12)])
    await ana.send(report, principal_kind="group", principal_id=group.id)
    await make_due(posting)
    found = list(chain(*await at_once(taken(posting) for _ in range(4))))
    assert len({each.reader_id for each in found}) == len(found) == 12


async def test_after_days_without_a_gateway_one_letter_comes(posting: Serving, ana: Desk) -> None:
    await ana.send(await ana.report(), rhythm="daily")
    await make_due(posting, timedelta(days=4))
    [due] = await taken(posting)
    await door(posting).Send(figures(due))
    await end_leases(posting)
    assert await taken(posting) == []
    assert len(await letters_to(posting, ana.person)) == 1


# Whoever may no longer.


async def test_of_what_is_out_of_sight_she_is_told_once(posting: Serving, ana: Desk) -> None:
    await ana.send(await ana.report())
    for outcome in ("figures", "unseen", "unseen", "figures", "unseen"):
        await make_due(posting)
        [due] = await taken(posting)
        said = {"outcome": outcome} | ({} if outcome == "figures" else {"name": ""})
        await door(posting).Send(figures(due, **said))
    kinds = [each.kind for each in await letters_to(posting, ana.person)]
    assert kinds == ["report", "report_unseen", "report", "report_unseen"]


async def test_who_never_saw_a_report_is_told_nothing_of_it(
    posting: Serving, ana: Desk, bob: Desk
) -> None:
    """Attack: having a report sent to somebody with whom it is not shared."""
    report = await ana.report()
    await ana.send(report, principal_kind="person", principal_id=bob.person.id)
    await make_due(posting)
    [due] = await taken(posting)
    told = await door(posting).Send(figures(due, outcome="unseen", name=""))
    assert not told.written
    assert await letters_to(posting, bob.person) == []


async def test_who_has_left_gets_nothing(posting: Serving, office: Office, bob: Desk) -> None:
    report = await bob.report()
    await bob.send(report)
    await make_due(posting)
    [due] = await taken(posting)
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=bob.person.id))
    assert not (await door(posting).Send(figures(due))).written
    await end_leases(posting)
    assert await taken(posting) == []
    assert await letters_to(posting, bob.person) == []


async def test_who_joins_a_group_is_sent_its_reports_and_who_goes_is_not(
    posting: Serving, office: Office, ana: Desk
) -> None:
    report, old = await ana.report(), await office.seller()
    group, new = await office.group(person_ids=[old.id]), await office.seller()
    made = await ana.send(report, principal_kind="group", principal_id=group.id)
    await _regroup(office, group, [new.id])
    async with posting.process.database.transaction() as transaction:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        await transaction.count(update(report_schedule).values(met_at=long_ago))
    await meet_readers(posting.process)
    mine = select(report_reader.c.person_id).where(report_reader.c.schedule_id == UUID(made.id))
    rows = await posting.process.database.rows(mine)
    assert [row.person_id for row in rows] == [UUID(new.id)]


async def _regroup(office: Office, group: Any, people: list[str]) -> None:
    record = groups_pb2.Group(id=group.id, person_ids=people)
    patch = groups_pb2.GroupPatch(record=record, mask=FieldMask(paths=["person_ids"]))
    await office.groups.Update(patch)


async def test_the_words_of_a_letter_end_it_and_nothing_else(
    posting: Serving, office: Office, ana: Desk
) -> None:
    """RFC 8058, and leaving by oneself; a member of a group who left is not taken in again."""
    report = await ana.report()
    group = await office.group(person_ids=[ana.person.id])
    made = await ana.send(report, principal_kind="group", principal_id=group.id)
    await make_due(posting)
    [due] = await taken(posting)
    await door(posting).Send(figures(due, csv=b"Month,Count\r\n2026-01,3\r\n"))
    [written] = await letters_to(posting, ana.person)
    message = written.message.decode()
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in message
    assert 'filename="Won by month.csv"' in message
    [place] = await posting.process.database.rows(
        select(report_reader.c.secret).where(report_reader.c.person_id == UUID(ana.person.id))
    )
    for guess in ("", "guess", "x" * 180_000, "\x00", "ș"):
        with pytest.raises(NotFound):
            await door(posting).Unsubscribe(pb.UnsubscribeReportRequest(secret=guess))
    await door(posting).Unsubscribe(pb.UnsubscribeReportRequest(secret=place.secret))
    [left] = await ana.listed(report)
    assert left.left
    await meet_readers(posting.process)
    await make_due(posting)
    assert await taken(posting) == []
    back = await ana.schedules.Return(pb.ReportScheduleRequest(id=made.id))
    assert (back.left, bool(back.next_at)) == (False, True)
