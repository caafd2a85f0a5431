"""Two services that take files in, on stores of their own beside those of other tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from kit.testing.organisation import TestOrganisation
from services.parties.config import Settings as PartiesSettings
from services.parties.main import parties
from services.sales.config import Settings as SalesSettings
from services.sales.main import sales
from tests.house import House
from tests.kit.importing.office import Office


@pytest.fixture(scope="session")
def import_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("import-house"))
    house.start()
    yield house
    house.stop()


@pytest.fixture(scope="session")
async def office(import_house: House) -> AsyncIterator[Office]:
    """Sales and parties with one organisation over both."""
    selling = await import_house.serve("sales", sales, SalesSettings)
    parting = await import_house.serve("parties", parties, PartiesSettings)
    organisation = TestOrganisation(selling, parting)
    for key in ("region", "place", "more", "since"):
        await organisation.custom("parties.Account", key)
    yield Office(selling, parting, organisation)
    await selling.stop()
    await parting.stop()
