"""The lines of an import hold every field as it was written, so a hidden one keeps them closed."""

import pytest

from kit.access.entries import FieldAccess, Permission
from kit.errors import NotFound
from tests.kit.importing.office import ACCOUNT, Office, unique


async def test_whoever_may_not_see_a_field_does_not_see_the_lines_of_others(office: Office) -> None:
    """ID-14: the report tells what stood in the file, hidden fields included."""
    ana = await office.organisation.person(unique("Ana"))
    columns = {"name": "name", "tax_id": "tax_id"}
    done = await office.run(ana, ACCOUNT, f"name,tax_id\n{unique('A')},1\n", columns=columns)
    sees_all = Permission(ACCOUNT, view=True, create=True, view_all=True)
    for access, lines in (("read", 1), ("hidden", 0)):
        limit = FieldAccess(ACCOUNT, "tax_id", access)
        profile = await office.organisation.profile(sees_all, fields=(limit,))
        eve = await office.organisation.person(unique("Eve"), profiles=(profile,))
        if lines:
            assert len(await office.lines(eve, done)) == lines
            continue
        for look in (office.get(eve, done), office.lines(eve, done), office.retry(eve, done)):
            with pytest.raises(NotFound):
                await look
