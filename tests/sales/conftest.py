"""Sales as it runs: real stores, real calls, people with rights."""

import pytest

from kit.actor import Actor
from kit.testing.serving import Serving
from services.sales.main import sales
from tests.fixtures import ana, organisation, own_house, served
from tests.sales.desk import Desk

__all__ = ["ana", "organisation"]

house = own_house()
serving = served(sales)


@pytest.fixture
async def desk(serving: Serving, ana: Actor) -> Desk:
    """Ana at work."""
    return Desk(serving, ana)
