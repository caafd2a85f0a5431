"""One running system for all tests here."""

from collections.abc import Iterator

import pytest

from tests.system.collecting import Collector
from tests.system.running import System


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("system"))
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="session")
def traced(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[System]:
    """A second system beside the first, of which every request is traced."""
    told = {"RAPPORT_TRACE_RATIO": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
    system = System(tmp_path_factory.mktemp("traced"), **told, NO_PROXY="127.0.0.1,localhost")
    try:
        system.start()
        yield system
    finally:
        system.stop()
