"""What every test may stand on."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.house import House

# Tests start programs while gRPC's threads run; its fork handlers break that. Read when gRPC starts.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")


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
    held = asyncio.get_event_loop_policy()._local
    before = (held._loop, held._set_called)
    yield
    held._loop, held._set_called = before


class _ByFolder(LoadScopeScheduling):
    """A folder's tests share a worker, and so the services that its fixtures start."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """One folder after another on each worker; the folders with the most tests come first."""
    return _ByFolder(config, log)
