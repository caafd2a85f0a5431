"""What a service bounds by itself: how long a statement takes, and how long an answer is kept."""

import pytest
from crm.v1 import standard_pb2
from sqlalchemy import text

from kit.actor import Actor
from kit.housekeeping import JOBS
from kit.ids import uuid7
from kit.records.methods.pruning import forget_answers
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

SHOWN = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"


async def test_statements_and_idle_transactions_are_bounded(toys: Serving) -> None:
    """G8: in the sessions that read and in those that write."""
    database = toys.process.database
    [read] = await database.fetch(SHOWN, ())
    async with database.sessions() as session:
        [written] = await session.execute(text(SHOWN))
    assert tuple(read) == tuple(written) == ("30s", "1min")


@pytest.fixture
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


async def test_old_answers_are_forgotten_and_young_ones_are_not(toys: Serving, ana: Actor) -> None:
    """G8: `answered` does not grow for ever."""
    shop = toys.stub(services.ToysStub, ana)
    old, young = uuid7().hex, uuid7().hex
    first = {key: await shop.Create(pb.Toy(name=key), key=key) for key in (old, young)}
    async with toys.process.database.sessions.begin() as session:
        aged = text("UPDATE answered SET at = at - interval '8 days' WHERE key = :key")
        await session.execute(aged, {"key": old})
    await forget_answers(toys.process)
    assert await shop.Create(pb.Toy(name=young), key=young) == first[young]
    assert (await shop.Create(pb.Toy(name=old), key=old)).id != first[old].id
    found = await shop.List(standard_pb2.ListRequest(filter=f'name = "{young}"'))
    assert len(found.items) == 1


def test_every_service_forgets() -> None:
    assert forget_answers in [each.job for each in JOBS]
