"""Chat as it runs: real stores, real calls, people with rights."""

import pytest

from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.chat.main import chat
from tests.chat.voice import Voice
from tests.fixtures import ana, organisation, served

__all__ = ["ana", "organisation"]

serving = served(chat)


@pytest.fixture
async def bob(serving: Serving, organisation: TestOrganisation) -> Voice:
    return Voice(serving, await organisation.person("Bob"))


@pytest.fixture
async def eva(serving: Serving, organisation: TestOrganisation) -> Voice:
    return Voice(serving, await organisation.person("Eva"))
