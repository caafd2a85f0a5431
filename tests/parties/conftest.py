"""Parties as it runs, with sales beside it: real stores, real calls, people with rights."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.parties.config import Settings
from services.parties.main import parties
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales as sales_service
from tests.house import House
from tests.parties.desk import Desk
from tests.parties.test_leads import FULL


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Stores of these tests alone, since others tell the same services of other organisations."""
    house = House(tmp_path_factory.mktemp("parties"))
    house.start()
    yield house
    house.stop()


@pytest.fixture(scope="package")
async def sales(house: House) -> AsyncIterator[Serving]:
    started = await house.serve("sales", sales_service, SalesSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def serving(house: House, sales: Serving) -> AsyncIterator[Serving]:
    """One running parties for all tests here."""
    started = await house.serve("parties", parties, Settings)
    await started.keeps("campaigns.Campaign", id=UUID(FULL["campaign_id"]))
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def organisation(serving: Serving, sales: Serving) -> TestOrganisation:
    return TestOrganisation(serving, sales)


@pytest.fixture(scope="package")
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


@pytest.fixture
async def desk(serving: Serving, sales: Serving, ana: Actor) -> Desk:
    """Ana at work."""
    return Desk(serving, ana, sales)
