"""Campaigns as it runs: real stores, real calls, people with rights."""

import itertools
from collections.abc import AsyncIterator

import pytest

from kit.actor import Actor
from kit.events.connection import connect
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.campaigns.main import campaigns
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales
from tests.campaigns.desk import Desk
from tests.campaigns.others import Market, Told
from tests.fixtures import ana, organisation, served
from tests.house import House

__all__ = ["ana", "organisation"]

serving = served(campaigns)


@pytest.fixture
async def desk(serving: Serving, ana: Actor) -> Desk:
    """Ana at work on campaigns."""
    return Desk(serving, ana)


@pytest.fixture
async def told(house: House, serving: Serving) -> AsyncIterator[Told]:
    """What other services tell, as they would."""
    operator = await connect(house.nats.url, "tests")
    yield Told(serving, operator)
    await operator.close()


@pytest.fixture(scope="module")
async def market(house: House, serving: Serving) -> AsyncIterator[Market]:
    """Sales itself, for as long as these tests need it; others may have started it already."""
    running = house.serving.get("sales")
    started = running or await house.serve("sales", sales, SalesSettings)
    organisation = TestOrganisation(started)
    organisation._epochs = itertools.count(started.process.policy.epoch + 1)
    yield Market(started, await organisation.person("Dan"))
    if running is None:
        await started.stop()
        del house.serving["sales"]
