"""Sales as it runs: real stores, real calls, people with rights."""

from collections.abc import AsyncIterator, Iterator

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.sales.config import Settings
from services.sales.main import sales
from tests.house import House
from tests.sales.desk import Desk


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Stores of these tests alone, since others tell the same services of other organisations."""
    house = House(tmp_path_factory.mktemp("sales"))
    house.start()
    yield house
    house.stop()


@pytest.fixture(scope="package")
async def serving(house: House) -> AsyncIterator[Serving]:
    """One running sales for all tests here."""
    started = await house.serve("sales", sales, Settings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def organisation(serving: Serving) -> TestOrganisation:
    return TestOrganisation(serving)


@pytest.fixture(scope="package")
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


@pytest.fixture
async def desk(serving: Serving, ana: Actor) -> Desk:
    """Ana at work."""
    return Desk(serving, ana)
