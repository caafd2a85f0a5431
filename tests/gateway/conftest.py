"""A gateway as it runs: over HTTP on loopback, with identity, sales and chat behind it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.config import Settings
from gateway.main import Running, up
from kit.ids import uuid7
from kit.testing.serving import Serving
from services.chat.config import Settings as ChatSettings
from services.chat.main import chat
from services.identity.main import identity
from services.parties.config import Settings as PartiesSettings
from services.parties.main import parties
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales
from services.scheduling.config import Settings as SchedulingSettings
from services.scheduling.main import scheduling
from tests.administered import ADMIN, PASSWORD, Administered
from tests.fixtures import own_house
from tests.gateway.browsers import Browser
from tests.house import House

house = own_house()


@pytest.fixture(scope="package")
def address(house: House) -> str:
    return f"http://{house.addresses['gateway']}"


@pytest.fixture(scope="package")
async def people(house: House, address: str) -> AsyncIterator[Serving]:
    settings: Any = Administered(address)
    started = await house.serve("identity", identity, settings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def deals(house: House, people: Serving) -> AsyncIterator[Serving]:
    started = await house.serve("sales", sales, SalesSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def talks(house: House, people: Serving) -> AsyncIterator[Serving]:
    started = await house.serve("chat", chat, ChatSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def plans(house: House, people: Serving) -> AsyncIterator[Serving]:
    """Where resources are booked and inboxes kept."""
    started = await house.serve("scheduling", scheduling, SchedulingSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def customers(house: House, people: Serving) -> AsyncIterator[Serving]:
    """Accounts and contacts, for what reaches into several services."""
    started = await house.serve("parties", parties, PartiesSettings)
    yield started
    await started.stop()


@pytest.fixture(scope="package")
async def gateway(
    house: House, address: str, people: Serving, deals: Serving, talks: Serving
) -> AsyncIterator[Running]:
    environment = house.environment("gateway") | {"RAPPORT_PUBLIC_URL": address}
    settings = Settings.load(environment | {"RAPPORT_STRANGER_BURST": "5000"})
    running = up(settings)
    yield await running.__aenter__()
    await running.__aexit__(None, None, None)


@pytest.fixture(scope="package")
async def root(gateway: Running, address: str) -> AsyncIterator[Browser]:
    """The administrator, signed in."""
    async with Browser(address) as browser:
        answer = await browser.sign_in(ADMIN, PASSWORD)
        assert answer.status_code == 303, answer.text
        yield browser


@pytest.fixture
async def stranger(gateway: Running, address: str) -> AsyncIterator[Browser]:
    """Nobody in particular."""
    async with Browser(address) as browser:
        yield browser


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"Thing {uuid7()}"


async def _person(root: Browser, profile: str, name: str) -> dict[str, Any]:
    query = {"filter": f'name = "{profile}"'}
    [found] = (await root.get("/api/v1/profiles", params=query)).json()["items"]
    email = f"{uuid7()}@example.com"
    body = {"name": name, "email": email, "profile_ids": [found["id"]]}
    made = await root.post("/api/v1/people", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/people/{made.json()['id']}:set-password"
    given = await root.post(path, json={"password": "soft yellow lamps 3"})
    assert given.status_code == 200, given.text
    person: dict[str, Any] = made.json()
    return person


@pytest.fixture
async def colleague(root: Browser) -> dict[str, Any]:
    """Somebody with an ordinary profile."""
    return await _person(root, "Standard user", "Cleo Colleague")


@pytest.fixture
async def reader(root: Browser) -> dict[str, Any]:
    """Somebody who may look and not touch."""
    return await _person(root, "Read only", "Rita Reader")
