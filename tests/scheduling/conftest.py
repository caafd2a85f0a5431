"""Scheduling as it runs: real stores, real calls, people with rights."""

from collections.abc import AsyncIterator

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.scheduling.config import Settings
from services.scheduling.main import scheduling
from tests.house import House


@pytest.fixture(scope="session")
async def serving(house: House) -> AsyncIterator[Serving]:
    """One running scheduling for all tests here."""
    started = await house.serve("scheduling", scheduling, Settings)
    yield started
    await started.stop()


@pytest.fixture(scope="session")
async def organisation(serving: Serving) -> TestOrganisation:
    return TestOrganisation(serving)


@pytest.fixture(scope="session")
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")
