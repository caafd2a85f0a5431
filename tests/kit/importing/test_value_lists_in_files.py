"""A file says a value of a list as people do."""

import pytest

from tests.kit.importing.office import ACCOUNT, Office, unique
from tests.kit.importing.test_files_as_they_come import made

_COLUMNS = {"name": "name", "branch": "industry"}


@pytest.mark.parametrize("written", ["real_estate", "Real estate", "réal ESTATE"])
async def test_a_value_of_a_list_is_understood_as_it_is_stored_and_as_it_is_shown(
    office: Office, written: str
) -> None:
    """PA-10: whatever case and accents."""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,branch\n{unique('A')},{written}\n"
    done = await office.run(ana, ACCOUNT, file, columns=_COLUMNS)
    assert [each.industry for each in await made(office, ana, done)] == ["real_estate"]


async def test_a_value_that_is_in_no_list_is_answered_with_the_nearest(office: Office) -> None:
    """PA-10"""
    ana = await office.organisation.person(unique("Ana"))
    file = f"name,branch\n{unique('A')},Real astate\n"
    done = await office.run(ana, ACCOUNT, file, columns=_COLUMNS)
    [reasons] = (await office.rejected(ana, done)).values()
    assert "'Real astate'" in reasons["industry"]
    assert "'Real estate'" in reasons["industry"]
