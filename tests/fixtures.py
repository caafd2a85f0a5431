"""The fixtures that areas have in common: stores of their own, a service as it runs, people with rights.

A `conftest.py` names what it wants: `serving = served(helpdesk)`, `house = own_house()`, and imports
`organisation` and `ana`, which stand on its `serving`.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from kit.actor import Actor
from kit.service import Service
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.house import House


def own_house() -> Any:
    """Stores of one folder's tests alone, where others would tell its services of their people."""

    @pytest.fixture(scope="package")
    def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
        house = House(tmp_path_factory.mktemp("house"))
        house.start()
        yield house
        house.stop()

    return house


def served(make: Callable[[Any], Service], settings: Any = None) -> Any:
    """One running service for all tests of a folder."""
    name = make.__name__
    known = settings or import_module(f"services.{name}.config").Settings

    @pytest.fixture(scope="package")
    async def serving(house: House) -> AsyncIterator[Serving]:
        started = await house.serve(name, make, known)
        yield started
        await started.stop()

    return serving


@pytest.fixture(scope="package")
async def organisation(serving: Serving) -> TestOrganisation:
    """The people whom the service under test knows."""
    return TestOrganisation(serving)


@pytest.fixture(scope="package")
async def ana(organisation: TestOrganisation) -> Actor:
    """Somebody with all rights on what she reaches."""
    return await organisation.person("Ana")
