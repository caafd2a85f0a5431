"""Lists of every entity as files: they say what the list says, to each viewer what he sees (XC-15)."""

from typing import Any

import msgspec
import pytest
from crm.v1 import standard_pb2

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.entity import Rows
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CREATED, Case
from tests.entities.factories import Office
from tests.kit.exporting.taking import table, taken

LISTED = [each for each in CREATED if "List" in each.methods]
pytestmark = pytest.mark.parametrize("case", LISTED, ids=str)


async def _lines(office: Office, case: Case, actor: Actor, **asked: Any) -> list[dict[str, Any]]:
    file = await taken(office.servings[case.service], actor, str(case), format="jsonl", **asked)
    return [msgspec.json.decode(line) for line in file.splitlines()]


async def test_a_file_says_what_the_list_says(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    await organisation.custom(str(case), "shade")
    made = await office.make(case, custom={"shade": "=blue"})
    asked = standard_pb2.ListRequest(filter=f"id = {made.id}")
    listed = await office.stub(case, json=True).List(asked)
    [item] = msgspec.json.decode(listed.json)["items"]
    [line] = await _lines(office, case, office.actor, filter=asked.filter)
    custom = {f"custom.{key}": value for key, value in item.pop("custom").items()}
    fields = case.record.fields
    flat = {name: item[name] for name in item if not isinstance(fields[name].said.kind, Rows)}
    assert {name: line[name] for name in line if ":" not in name} == flat | custom
    serving = office.servings[case.service]
    [row] = await table(serving, office.actor, str(case), filter=asked.filter)
    assert (list(row), row["custom.shade"]) == (list(line), "'=blue")


async def test_everybody_takes_what_he_sees_and_nothing_else(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    made = await office.make(case)
    of_it = f"id = {made.id}"
    listed = await office.stub(case, office.colleague).List(standard_pb2.ListRequest(filter=of_it))
    lines = await _lines(office, case, office.colleague, filter=of_it)
    assert [each["id"] for each in lines] == [each.id for each in listed.items]
    title = case.record.title
    hidden = [FieldAccess(str(case), name, "hidden") for name in (title, "custom")]
    sees_all = Permission(str(case), view=True, view_all=True, export=True)
    profile = await organisation.profile(sees_all, fields=tuple(hidden))
    blinkered = await organisation.person("Kit", profiles=(profile,))
    if case.record.confidential or title == "id":
        return
    [line] = await _lines(office, case, blinkered, filter=of_it)
    assert title not in line
