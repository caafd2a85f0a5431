"""PA-21, XC-19: a field that administrators add behaves alike on every entity of every service."""

from typing import Any
from uuid import UUID

import pytest
from crm.v1 import standard_pb2
from msgspec import json
from sqlalchemy import text, update

from kit.access.entries import ChoiceValue
from kit.database.additions import COMPOSE_CUSTOM_FIELDS
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CREATED, Case
from tests.entities.factories import Office

each_case = pytest.mark.parametrize("case", CREATED, ids=str)
each_that_changes = pytest.mark.parametrize(
    "case", [case for case in CREATED if "Update" in case.methods], ids=str
)
PARTED, COMPOSED = "Cafe\u0301", "Caf\u00e9"
WRONG = {
    "a\u202eb": "take out the sign U+202E",
    "a\x1bb": "take out the sign U+001B",
    "\u200b": "this text is empty to the eye",
    "x" * 180_000: "Use at most 2000 characters",
}
LEVELS = (ChoiceValue("gold", "Gold"), ChoiceValue("tin", "Tin"))


@pytest.fixture
async def defined(case: Case, organisation: TestOrganisation) -> None:
    """Fields of several kinds on the entity."""
    entity = case.record.entity
    await organisation.custom(entity, "place", "long_text")
    await organisation.custom(entity, "seats", "integer")
    await organisation.custom(entity, "level", "choice", values=LEVELS)


async def _changed(office: Office, case: Case, made: Any, **custom: str) -> Any:
    record = case.message(id=made.id, custom=custom)
    patch = case.patch(record=record, mask={"paths": ["custom"]})
    return await office.stub(case).Update(patch)


@each_case
@pytest.mark.usefixtures("defined")
async def test_custom_fields_are_typed_filtered_and_sorted(case: Case, office: Office) -> None:
    """PA-21, SC-33"""
    word = f"w{uuid7().hex}"
    made = [
        await office.make(case, custom={"place": word, "seats": seats, "level": "gold"})
        for seats in ("9", "10")
    ]
    mine = f'custom.place = "{word}" AND custom.level = gold'
    asked = standard_pb2.ListRequest(filter=mine, order_by="custom.seats desc")
    assert [each.id for each in (await office.stub(case).List(asked)).items] == [
        made[1].id,
        made[0].id,
    ]
    asked.filter = f"{mine} AND custom.seats > 9"
    [row] = json.decode((await office.stub(case, json=True).List(asked)).json)["items"]
    assert row["custom"] == {"place": word, "seats": 10, "level": "gold"}


@each_that_changes
@pytest.mark.usefixtures("defined")
async def test_custom_fields_are_kept_in_one_form(case: Case, office: Office) -> None:
    made = await office.make(case, custom={"place": f"  {PARTED}\u200b", "seats": " 7 "})
    assert dict(made.custom) == {"place": COMPOSED, "seats": "7"}
    found = await _changed(office, case, made, place="", seats="8")
    assert dict(found.custom) == {"seats": "8"}


@each_that_changes
@pytest.mark.usefixtures("defined")
async def test_custom_fields_that_cannot_be_read_are_refused(case: Case, office: Office) -> None:
    made = await office.make(case, custom={"place": "here"})
    wrong = [("place", value, reason) for value, reason in WRONG.items()]
    wrong += [("seats", "many", "Write a whole number"), ("level", "<b>", "is not in the list")]
    wrong.append(("nowhere", "x", "There is no custom field 'nowhere'"))
    for key, value, reason in wrong:
        for asked in (
            office.make(case, custom={key: value}),
            _changed(office, case, made, **{key: value}),
        ):
            with pytest.raises(Invalid) as refused:
                await asked
            assert reason in refused.value.fields[f"custom.{key}"]


@each_that_changes
@pytest.mark.usefixtures("defined")
async def test_what_stood_before_is_composed_and_hinders_no_change(
    case: Case, office: Office
) -> None:
    """The migration composes what the release before stored; what it took besides stays as it is."""
    made = await office.make(case, custom={"place": "here"})
    stored = {PARTED: PARTED, "place": "a\u202eb"}
    as_before = update(case.record).where(case.record.id == UUID(made.id)).values(custom=stored)
    async with office.servings[case.service].process.database.sessions.begin() as session:
        await session.execute(as_before)
        await session.execute(text(COMPOSE_CUSTOM_FIELDS))
    found = await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))
    assert dict(found.custom) == {COMPOSED: COMPOSED, "place": "a\u202eb"}
    after = await _changed(office, case, made, **dict(found.custom), seats="3")
    assert dict(after.custom) == {**dict(found.custom), "seats": "3"}
