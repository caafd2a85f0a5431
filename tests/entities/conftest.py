"""All services in a house of their own, and one organisation that all of them are told of."""

import itertools
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import msgspec
import pytest

from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from kit.testing.serving import Serving
from tests.administered import Administered
from tests.entities.cases import SERVICES
from tests.entities.factories import Office
from tests.fixtures import own_house
from tests.house import House

# Beyond the epochs and keys that identity itself gives at its first start.
_FIRST = 1_000_000


house = own_house()


def _settings(name: str) -> Any:
    return import_module(f"services.{name}.config").Settings


@pytest.fixture(scope="package")
async def servings(house: House) -> AsyncIterator[dict[str, Serving]]:
    """Every service, by name."""
    try:
        for name in SERVICES:
            make = getattr(import_module(f"services.{name}.main"), name)
            settings: Any = Administered() if name == "identity" else _settings(name)
            await house.serve(name, make, settings)
        yield dict(house.serving)
    finally:
        for serving in reversed(house.serving.values()):
            await serving.stop()


@pytest.fixture(scope="package")
def organisation(servings: dict[str, Serving]) -> TestOrganisation:
    organisation = TestOrganisation(*servings.values())
    organisation._epochs = itertools.count(_FIRST)
    organisation._numbers = itertools.count(_FIRST)
    return organisation


@pytest.fixture(scope="package")
async def office(servings: dict[str, Serving], organisation: TestOrganisation) -> Any:
    """Where Ana works, who may do everything with what she reaches, and Bob beside her."""
    lines = (ALL, SET_UP, MANAGES)
    everything = [msgspec.structs.replace(each, export=True) for each in lines]
    ana, bob = [await organisation.person(name, *everything) for name in ("Ana", "Bob")]
    return Office(servings, ana, bob)
