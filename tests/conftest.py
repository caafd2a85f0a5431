"""What every test may stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.testing.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The stores of this test worker, started when first needed."""
    home: Path = tmp_path_factory.mktemp("house")
    house = House(home)
    house.start()
    yield house
    house.stop()
