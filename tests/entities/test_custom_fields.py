"""C4: what administrators add to a record is text like any other, for every entity and every way in."""

from typing import Any
from uuid import UUID

import pytest
from crm.v1 import standard_pb2
from sqlalchemy import text, update

from kit.database.additions import COMPOSE_CUSTOM_FIELDS
from kit.errors import Invalid
from tests.entities.cases import CREATED, Case
from tests.entities.factories import Office

each_case = pytest.mark.parametrize("case", CREATED, ids=str)
PARTED, COMPOSED = "Cafe\u0301", "Caf\u00e9"
WRONG = {
    "a\u202eb": "take out the sign U+202E",
    "a\x1bb": "take out the sign U+001B",
    "\u200b": "this text is empty to the eye",
    "x" * 2001: "Use at most 2000 characters",
}


async def _changed(office: Office, case: Case, made: Any, **custom: str) -> Any:
    record = case.message(id=made.id, custom=custom)
    patch = case.patch(record=record, mask={"paths": ["custom"]})
    return await office.stub(case).Update(patch)


@each_case
async def test_custom_fields_are_kept_in_one_form(case: Case, office: Office) -> None:
    made = await office.make(case, custom={"place": f"  {PARTED}\u200b", "lines": "one\r\ntwo"})
    assert dict(made.custom) == {"place": COMPOSED, "lines": "one\ntwo"}
    found = await _changed(office, case, made, place="", **{PARTED: PARTED})
    assert dict(found.custom) == {"place": "", "lines": "one\ntwo", COMPOSED: COMPOSED}


@each_case
async def test_custom_fields_that_cannot_be_read_are_refused(case: Case, office: Office) -> None:
    made = await office.make(case, custom={"place": "here"})
    for value, reason in WRONG.items():
        for wrong in (
            office.make(case, custom={"place": value}),
            _changed(office, case, made, place=value),
        ):
            with pytest.raises(Invalid) as refused:
                await wrong
            said = refused.value.fields["custom"]
            assert said.startswith("'place': ")
            assert reason in said


@each_case
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
    after = await _changed(office, case, made, more="x")
    assert dict(after.custom) == {**dict(found.custom), "more": "x"}
