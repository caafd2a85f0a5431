"""`./rapport bench paths`: how many of our files one request enters, and how often it goes from one to another.

A reader who follows a request opens a file whenever the next function that is entered stands in
another one than the last. Counted are, for that request alone:

- **files**: those of the repository that are entered, templates included,
- **calls**: how often the next function entered stands in another file than the one before,
- **returns**: how many of these calls lead to a file that was left already.

Asked are a page of deals, a new deal, a deal won and the page of an account, each once after all has
been asked before. All services and the gateway run in this one process, and a request is followed by
its context, which its tasks inherit; whatever else goes on there does not count. The first line of
each is the whole request, and below stands what it is in each process that it enters.
"""

import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from gateway.config import Settings
from gateway.main import up
from kit.telemetry import logs
from tests.administered import ADMIN, PASSWORD, Administered
from tests.entities.cases import SERVICES
from tests.gateway.browsers import Browser
from tests.house import House

ROOT = Path(__file__).parents[2]
_OURS = tuple(f"{ROOT / room}/" for room in ("kit", "services", "gateway"))
_AGAIN = 3
# What the instruction RESUME says of where it stands; 1, 2 and 3 are behind a `yield` or an `await`.
_FROM_THE_START = 0


@dataclass
class Way:
    """Which files a request has entered, and how it went from one to another."""

    process: str
    files: set[str] = field(default_factory=set)
    calls: int = 0
    returns: int = 0
    last: str = ""

    def enter(self, file: str) -> None:
        if file == self.last:
            return
        if self.last:
            self.calls += 1
            self.returns += file in self.files
        self.files.add(file)
        self.last = file


_way: ContextVar[Way | None] = ContextVar("way", default=None)


class Follower:
    """Follows every request from where it comes in."""

    def __init__(self) -> None:
        self.ways = [Way("in all")]

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        file = frame.f_code.co_filename
        if event != "call" or not file.startswith(_OURS) or not _is_entered(frame):
            return
        way = _way.get()
        if (process := _serving(frame)) and (way is None or way.process != process):
            way = Way(process)
            _way.set(way)
            self.ways.append(way)
        if way is not None:
            for each in (self.ways[0], way):
                each.enter(file.removeprefix(f"{ROOT}/"))


def _is_entered(frame: FrameType) -> bool:
    """Whether a function begins; a coroutine that goes on after waiting is called once more."""
    return frame.f_code.co_code[frame.f_lasti + 1] == _FROM_THE_START


def _serving(frame: FrameType) -> str:
    """The process whose request begins here, if one does: at the gateway, or in a service."""
    caller = frame.f_back.f_code.co_filename if frame.f_back else ""
    if "/uvicorn/" in caller and frame.f_code.co_name == "__call__":
        return "gateway"
    if frame.f_code.co_name == "received" and frame.f_code.co_filename.endswith(
        "kit/rpc/server.py"
    ):
        return str(frame.f_locals["self"]._admission.service)
    return ""


@contextmanager
def followed() -> Iterator[Follower]:
    follower = Follower()
    sys.setprofile(follower)
    try:
        yield follower
    finally:
        sys.setprofile(None)


@asynccontextmanager
async def system(folder: Path) -> AsyncIterator[Browser]:
    """All services and the gateway in this process, and the administrator in front of them."""
    house = House(folder)
    house.start()
    address = f"http://{house.addresses['gateway']}"
    try:
        for name in SERVICES:
            make = getattr(import_module(f"services.{name}.main"), name)
            known: Any = import_module(f"services.{name}.config").Settings
            first: Any = Administered(address)
            await house.serve(name, make, first if name == "identity" else known)
        settings = Settings.load(house.environment("gateway") | {"RAPPORT_PUBLIC_URL": address})
        async with up(settings), Browser(address) as browser:
            await browser.sign_in(ADMIN, PASSWORD)
            yield browser
        for serving in reversed(house.serving.values()):
            await serving.stop()
    finally:
        house.stop()


@dataclass
class Office:
    """The four requests, and the records that they are about."""

    browser: Browser
    account: dict[str, Any] = field(default_factory=dict)
    deals: list[dict[str, Any]] = field(default_factory=list)

    async def made(self, plural: str, **values: Any) -> Any:
        answer = await self.browser.post(f"/api/v1/{plural}", json=values)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def furnish(self) -> None:
        """An account with what people have about one: contacts, a deal, a ticket, something to do."""
        self.account = await self.made("accounts", name="Tessaly")
        about = {"account_id": self.account["id"]}
        await self.made("contacts", last_name="Lind", **about)
        await self.made("tickets", subject="It squeaks", **about)
        await self.made("activities", name="Oil it", **about)
        deal = {"name": "A deal", "amount": "1000", "currency": "EUR", **about}
        self.deals = [await self.made("opportunities", **deal) for _ in range(_AGAIN + 1)]

    async def ask(self, title: str) -> None:
        """One of the four requests."""
        browser, about = self.browser, {"account_id": self.account["id"]}
        match title:
            case "list":
                answer = await browser.get("/api/v1/opportunities", params={"page_size": "50"})
            case "create":
                answer = await browser.post("/api/v1/opportunities", json={"name": "New", **about})
            case "win":
                path = f"/api/v1/opportunities/{self.deals.pop()['id']}:win"
                answer = await browser.post(path, json={"amount": "1000"})
            case _:
                answer = await browser.get(f"/accounts/{self.account['id']}")
        assert answer.is_success, answer.text


TITLES = ("list", "create", "win", "record page")


async def counted(folder: Path) -> dict[str, list[Way]]:
    """The ways of each request through the processes."""
    found = {}
    async with system(folder) as browser:
        office = Office(browser)
        await office.furnish()
        for title in TITLES:
            for _ in range(_AGAIN):
                await office.ask(title)
            with followed() as follower:
                await office.ask(title)
            found[title] = follower.ways
    return found


def show(found: dict[str, list[Way]], console: Console) -> None:
    table = Table("Request", "Process", "Files", "Calls", "Returns")
    for title, ways in found.items():
        for way in ways:
            numbers = (f"{len(way.files):,}", f"{way.calls:,}", f"{way.returns:,}")
            whole = way is ways[0]
            table.add_row(
                title if whole else "", way.process, *numbers, style="" if whole else "dim"
            )
    console.print(table)


def main() -> None:
    """Counts on a system of its own and prints what it found."""
    logs.configure("bench", "error")
    with tempfile.TemporaryDirectory(prefix="rapport-paths-") as folder:
        show(uvloop.run(counted(Path(folder))), Console())


if __name__ == "__main__":
    main()
