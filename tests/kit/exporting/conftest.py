"""Somebody who takes lists of toys away as files."""

from typing import Any

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.exporting.taking import TAKES
from tests.kit.toy.contract import services


@pytest.fixture
async def ana(organisation: TestOrganisation) -> Actor:
    """Somebody who may take away what she sees."""
    return await organisation.person("Ana", TAKES)


@pytest.fixture
async def shop(toys: Serving, ana: Actor) -> Any:
    return toys.stub(services.ToysStub, ana)
