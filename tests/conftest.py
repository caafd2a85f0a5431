"""What every test may stand on."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from kit.process_runner import leave_what_stands
from kit.rpc import call
from tests.house import House

# Tests start programs while gRPC's threads run; its fork handlers break that. Read when gRPC starts.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# Tests run on the loop on which processes do.
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
# No test judges by time: a machine that stands still for some seconds fails no call.
call.DEFAULT_SECONDS = 60.0


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The stores of this test worker, started when first needed."""
    home: Path = tmp_path_factory.mktemp("house")
    house = House(home)
    house.start()
    yield house
    house.stop()


@pytest.fixture(autouse=True)
def _loop_in_its_place() -> Iterator[None]:
    """`asyncio.run` in a plain test leaves the thread without a loop; the next test wants the session's."""
    held = vars(asyncio.get_event_loop_policy()._local)
    before = dict(held)
    yield
    held.update(before)


def _folder(nodeid: str) -> str:
    return nodeid.split("/")[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder that takes longest goes first, then those with the most tests.

    Of the system's few tests some take minutes, and the other worker would end long before them.
    """
    sizes = Counter(_folder(item.nodeid) for item in items)
    items.sort(key=lambda item: (_folder(item.nodeid) != "system", -sizes[_folder(item.nodeid)]))


def pytest_collection_finish() -> None:
    """Garbage is looked for as in a process that runs: not among what was loaded, and seldom."""
    leave_what_stands()


class _ByFolder(LoadScopeScheduling):
    """A folder's tests share a worker, and so the services that its fixtures start."""

    def _split_scope(self, nodeid: str) -> str:
        return _folder(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """One folder after another on each worker, in the order in which they were collected."""
    config.option.loadscopereorder = False
    return _ByFolder(config, log)
