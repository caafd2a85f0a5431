"""Who may import, and who sees an import: its lines hold every field as it was written."""

from typing import Any

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor, calls
from kit.errors import Denied, NotFound
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


async def test_a_service_asks_for_the_names_in_a_file_by_the_importer_s_rights(
    office: Office,
) -> None:
    """S3: nobody but a service asks for somebody else, and whoever is asked for sees his own only."""
    ana = await office.organisation.person(unique("Ana"))
    ben = await office.organisation.person(unique("Ben"), Permission(ACCOUNT, create=True))
    name = unique("Named")
    await office.run(ana, ACCOUNT, f"name\n{name}\n", columns={"name": "name"})
    asked = records_pb2.FindRequest(entity=ACCOUNT, field="name", values=[name])
    asked.person_id = ana.name
    with pytest.raises(Denied, match="Only a service"):
        await office.parties.stub(RecordsStub, ben).Find(asked)
    sales: Any = office.sales.process.peers.channel("parties")
    calls(Actor.system("sales.imports"))
    try:
        found = await RecordsStub(sales).Find(asked)
        asked.person_id = ben.name
        with pytest.raises(Denied, match="does not let you view accounts"):
            await RecordsStub(sales).Find(asked)
    finally:
        calls(None)
    assert [len(each.ids) for each in found.items] == [1]


async def test_who_may_not_create_may_not_import(office: Office) -> None:
    ben = await office.organisation.person(unique("Ben"), Permission(ACCOUNT, view=True))
    with pytest.raises(Denied, match="import accounts"):
        await office.start(ben, ACCOUNT, "name\nA\n", columns={"name": "name"})


async def test_an_import_is_seen_by_its_importer_and_administrators_alone(office: Office) -> None:
    everything = Permission("*", view=True, create=True, view_all=True)
    ana = await office.organisation.person(unique("Ana"))
    ben = await office.organisation.person(unique("Ben"))
    eve = await office.organisation.person(unique("Eve"), everything)
    file = f"name\n{unique('Mine')}\n"
    done = await office.run(ana, ACCOUNT, file, columns={"name": "name"})
    assert len(await office.lines(eve, done)) == 1
    for look in (office.get(ben, done), office.lines(ben, done), office.retry(ben, done)):
        with pytest.raises(NotFound):
            await look
