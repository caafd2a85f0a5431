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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A folder's tests share a worker, and so the services that its fixtures start."""
    here = Path(__file__).parent
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            folder = item.path.parent.relative_to(here).parts[:1]
            item.add_marker(pytest.mark.xdist_group(folder[0] if folder else "tests"))
