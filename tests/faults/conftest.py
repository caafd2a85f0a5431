"""One system for all who break it; what they do to it ends mended, so that the next finds it whole."""

from collections.abc import Iterator

import pytest

from cli.api import Api
from tests.faults.breaking import Breaking
from tests.faults.ledger import Ledger
from tests.faults.stores import Insides
from tests.system.running import System


@pytest.fixture(scope="session")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breaking]:
    system = System(tmp_path_factory.mktemp("faults"))
    try:
        system.start()
        yield Breaking(system)
    finally:
        system.stop()


@pytest.fixture(scope="session")
def insides(breaking: Breaking) -> Insides:
    return Insides(breaking.system)


@pytest.fixture(scope="session")
def api(breaking: Breaking) -> Iterator[Api]:
    with breaking.system.administrator() as api:
        yield api


@pytest.fixture(scope="session")
def ledger(api: Api) -> Ledger:
    return Ledger.opened(api)
