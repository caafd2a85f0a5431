"""Identity as it runs, with sales beside it to follow the policy, in a house of their own.

Elsewhere the tests publish the policy; the events of a real identity must not reach those.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.testing.serving import Serving
from services.identity.config import Settings
from services.identity.main import identity as identity_service
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales as sales_service
from tests.fixtures import own_house
from tests.house import House
from tests.identity.office import ADMIN_EMAIL, ADMIN_PASSWORD, Office, administrator
from tests.identity.program import Program

house = own_house()


class _FirstStart(Settings):
    """The environment of a first start."""

    @classmethod
    def load(cls, environment: Any = None) -> Any:
        first = {"RAPPORT_ADMIN_EMAIL": ADMIN_EMAIL, "RAPPORT_ADMIN_PASSWORD": ADMIN_PASSWORD}
        return Settings.load({**environment, **first})


@pytest.fixture(scope="package")
async def serving(house: House) -> AsyncIterator[Serving]:
    """One running identity for all tests here."""
    started = await house.serve("identity", identity_service, _FirstStart)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def sales(house: House, serving: Serving) -> AsyncIterator[Serving]:
    """A sales that knows the policy by identity's events alone."""
    started = await house.serve("sales", sales_service, SalesSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def office(serving: Serving) -> Office:
    """The administrator at work."""
    return Office(serving, await administrator(serving))


@pytest.fixture
async def program(office: Office) -> Program:
    return await Program.register(office)


@pytest.fixture
async def session(office: Office) -> Any:
    """Somebody who is signed in."""
    return await office.sign_in((await office.member()).email)
