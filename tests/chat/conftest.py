"""Chat as it runs: real stores, real calls, people with rights."""

from collections.abc import AsyncIterator

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.chat.config import Settings
from services.chat.main import chat
from tests.chat.voice import Voice
from tests.house import House


@pytest.fixture(scope="session")
async def serving(house: House) -> AsyncIterator[Serving]:
    """One running chat for all tests here."""
    started = await house.serve("chat", chat, Settings)
    yield started
    await started.stop()


@pytest.fixture(scope="session")
async def organisation(serving: Serving) -> TestOrganisation:
    return TestOrganisation(serving)


@pytest.fixture(scope="session")
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


@pytest.fixture
async def bob(serving: Serving, organisation: TestOrganisation) -> Voice:
    return Voice(serving, await organisation.person("Bob"))


@pytest.fixture
async def eva(serving: Serving, organisation: TestOrganisation) -> Voice:
    return Voice(serving, await organisation.person("Eva"))
