"""Parties as it runs, with sales beside it: real stores, real calls, people with rights."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from kit.actor import Actor
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.parties.config import Settings
from services.parties.main import parties
from services.sales.main import sales as sales_service
from tests.fixtures import ana, own_house, served
from tests.house import House
from tests.parties.desk import Desk
from tests.parties.test_leads import FULL

__all__ = ["ana"]

house = own_house()
sales = served(sales_service)


_CUSTOM = {
    "parties.Lead": ("shoe_size", "colour", "size", "only_of_leads"),
    "parties.Contact": ("shoe_size",),
    "parties.Account": ("colour", "size"),
}


@pytest.fixture(scope="package")
async def serving(house: House, sales: Serving) -> AsyncIterator[Serving]:
    """One running parties for all tests here."""
    started = await house.serve("parties", parties, Settings)
    await started.keeps("campaigns.Campaign", id=UUID(FULL["campaign_id"]))
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def organisation(serving: Serving, sales: Serving) -> TestOrganisation:
    organisation = TestOrganisation(serving, sales)
    for entity, keys in _CUSTOM.items():
        for key in keys:
            await organisation.custom(entity, key)
    return organisation


@pytest.fixture
async def desk(serving: Serving, sales: Serving, ana: Actor) -> Desk:
    """Ana at work."""
    return Desk(serving, ana, sales)
