"""The list of industries as identity would tell of it, for tests that add to it."""

from kit.access.entries import ChoiceValue
from kit.choices import first_values
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from services.parties.model.starting_lists import STARTING_LISTS

INDUSTRY = "parties.account.industry"


async def offered(
    organisation: TestOrganisation, caption: str = "Space travel", value: str = ""
) -> str:
    """A new industry, which may be chosen from now on."""
    value = value or f"v{uuid7().hex}"
    await _tell(organisation, ChoiceValue(value, caption))
    return value


async def retire(organisation: TestOrganisation, value: str) -> None:
    await _tell(organisation, ChoiceValue(value, "Space travel", retired=True))


async def _tell(organisation: TestOrganisation, more: ChoiceValue) -> None:
    await organisation.choices(INDUSTRY, *first_values(STARTING_LISTS[INDUSTRY]), more)
