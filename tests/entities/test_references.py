"""What a record refers to exists, is seen by whoever names it, and is followed from then on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from crm.v1 import standard_pb2
from sqlalchemy import select

from kit.entity.kinds import Reference, References
from kit.errors import Invalid
from kit.ids import uuid7
from kit.references.copies.backfill import adopt, compare
from kit.references.copies.store import Copy, asked, store
from kit.references.copies.tables import reference_copy
from kit.testing.organisation import ALL, MANAGES, SET_UP, TestOrganisation
from kit.testing.serving import Serving
from tests.entities.cases import CASES, CREATED, Case
from tests.entities.factories import Office
from tests.waiting import until

ACCOUNT, DEAL = "parties.Account", "sales.Opportunity"


# The pipeline answers for its stages, and a message is put to a room as to an address.
_ANSWERED_FOR = {("sales.Opportunity", "stage_id"), ("chat.Message", "room_id")}


def _referring() -> Iterator[tuple[Case, str, str]]:
    """Every field by which a person may name a record, with an entity to which it may lead."""
    for case in CREATED:
        for name in case.shape.names:
            said = case.record.fields[name].said
            if isinstance(said.kind, Reference | References) and said.creatable:
                target = (getattr(said.kind, "among", ()) or (said.kind.target,))[0]
                made = CASES.get(target) in CREATED and not target.startswith("identity.")
                if made and (str(case), name) not in _ANSWERED_FOR:
                    yield case, name, target


REFERRING = pytest.mark.parametrize(("case", "name", "target"), list(_referring()), ids=str)


async def _saying(office: Office, case: Case, name: str, target: str, named: str) -> Any:
    kind: Any = case.record.fields[name].said.kind
    beside = {kind.named_by: target} if getattr(kind, "named_by", "") else {}
    value = [named] if isinstance(kind, References) else named
    given = {"lead_id": ""} if (str(case), name) == ("campaigns.Member", "contact_id") else {}
    message = await office.message(case, **{name: value}, **beside, **given)
    if (str(case), name) == ("campaigns.Member", "lead_id"):
        message.ClearField("contact_id")
    return message


@REFERRING
async def test_a_record_that_does_not_exist_is_named_by_nobody(
    case: Case, name: str, target: str, office: Office
) -> None:
    """B1"""
    message = await _saying(office, case, name, target, str(uuid7()))
    with pytest.raises(Invalid) as wrong:
        await office.stub(case).Create(message)
    assert name in wrong.value.fields


@REFERRING
async def test_a_record_out_of_sight_is_named_like_one_that_does_not_exist(
    case: Case, name: str, target: str, office: Office, organisation: TestOrganisation
) -> None:
    """S8"""
    theirs = await office.make(CASES[target])
    eve = await organisation.person("Eve", ALL, SET_UP, MANAGES)
    message = await _saying(office, case, name, target, theirs.id)
    unknown = await _saying(office, case, name, target, str(uuid7()))
    default = await organisation.default(target, "private")
    try:
        answers = []
        for each in (message, unknown):
            with pytest.raises(Invalid) as wrong:
                await office.stub(case, eve).Create(each)
            answers.append(wrong.value.fields[name])
        assert answers[0] == answers[1]
    finally:
        await organisation.publish("default", None, default)


async def _copy(serving: Serving, entity: str, record_id: str) -> Any:
    same = (reference_copy.c.entity == entity) & (reference_copy.c.id == UUID(record_id))
    async with serving.process.database.sessions() as session:
        return (await session.execute(select(reference_copy).where(same))).one_or_none()


async def test_a_copy_follows_its_owner_and_only_what_is_referred_to_is_copied(
    office: Office,
) -> None:
    """Design §5"""
    sales, accounts = office.servings["sales"], office.stub(CASES[ACCOUNT])
    account, other = [await office.make(CASES[ACCOUNT]) for _ in range(2)]
    await office.make(CASES[DEAL], account_id=account.id)
    assert (await _copy(sales, ACCOUNT, account.id)).title == account.name
    renamed = CASES[ACCOUNT].message(id=account.id, name=f"New {account.id}")
    await accounts.Update(CASES[ACCOUNT].patch(record=renamed, mask={"paths": ["name"]}))

    async def has_followed() -> bool:
        return str((await _copy(sales, ACCOUNT, account.id)).title) == renamed.name

    await until(has_followed, "the copy follows the new name")
    assert await _copy(sales, ACCOUNT, other.id) is None


async def test_a_record_in_the_bin_keeps_its_name_and_is_named_no_more(office: Office) -> None:
    """B2, as far as the copy goes: what refers to it can still say what it was called."""
    sales, product = office.servings["helpdesk"], await office.make(CASES["sales.Product"])
    case = CASES["helpdesk.Ticket"]
    await office.make(case, product_id=product.id)
    await office.stub(CASES["sales.Product"]).Delete(standard_pb2.DeleteRequest(id=product.id))

    async def is_binned() -> bool:
        return str((await _copy(sales, "sales.Product", product.id)).state) == "binned"

    await until(is_binned, "the copy knows of the deletion")
    assert (await _copy(sales, "sales.Product", product.id)).title == product.name
    with pytest.raises(Invalid) as wrong:
        await office.make(case, product_id=product.id)
    assert "product_id" in wrong.value.fields


async def test_an_answer_that_is_older_than_an_event_changes_nothing(office: Office) -> None:
    """Design §5: the owner is asked, changes the record, and its event comes before the answer."""
    process = office.servings["sales"].process
    account = await office.make(CASES[ACCOUNT])
    await asked(process, [(ACCOUNT, UUID(account.id))])
    newer = Copy(entity=ACCOUNT, id=account.id, version=9, state="live", title="By the event")
    late = Copy(entity=ACCOUNT, id=account.id, version=8, state="live", title="By the answer")
    await store(process, [newer])
    await store(process, [late])
    kept = await _copy(office.servings["sales"], ACCOUNT, account.id)
    assert (kept.version, kept.title) == (9, "By the event")


async def test_what_was_lost_is_adopted_and_what_differs_is_made_true(
    office: Office, organisation: TestOrganisation
) -> None:
    """Design §5: rebuilt from nothing; until then what hangs on it is seen by its owner alone."""
    sales = office.servings["sales"]
    account = await office.make(CASES[ACCOUNT])
    deal = await office.make(CASES[DEAL], account_id=account.id)
    before = await _inherited(sales, deal.id)
    same = reference_copy.c.id == UUID(account.id)
    async with sales.process.database.sessions.begin() as session:
        await session.execute(reference_copy.delete().where(same))
        record = sales.process.entities[DEAL]
        emptied = record.__table__.update().where(record.id == UUID(deal.id))  # type: ignore[attr-defined]  # every one of ours is a table
        await session.execute(emptied.values(inherited=[]))
    await adopt(sales.process)
    assert (await _copy(sales, ACCOUNT, account.id)).title == account.name
    assert await _inherited(sales, deal.id) == before
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    async with sales.process.database.sessions.begin() as session:
        wrong = reference_copy.update().where(same).values(title="Wrong", asked_at=long_ago)
        await session.execute(wrong)
    assert await compare(sales.process) >= 1
    assert (await _copy(sales, ACCOUNT, account.id)).title == account.name


async def _inherited(serving: Serving, record_id: str) -> list[int]:
    record = serving.process.entities[DEAL]
    async with serving.process.database.sessions() as session:
        found = select(record.inherited).where(record.id == UUID(record_id))
        return list((await session.scalars(found)).one())
