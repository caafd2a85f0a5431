"""What is kept of another service's record beyond its name: what is declared, true, and no more."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from crm.v1.events_pb2 import RecordChanged
from sqlalchemy import literal_column, select

from cli.environment import ROOT
from kit.entity.kinds import Text
from kit.events.connection import connect
from kit.events.subjects import change_subject
from kit.records.process import Process
from kit.references.copies import follower
from kit.references.copies.backfill import adopt
from kit.references.copies.follower import _on_top
from kit.references.copies.kept_fields import Copy, kept_fields
from kit.references.copies.store import asked, store
from kit.references.copies.tables import reference_copy
from kit.wire.options import kind_of
from tests.entities.cases import CASES
from tests.entities.factories import Office
from tests.house import House
from tests.waiting import until

ACCOUNT, DEAL, ACTIVITY = "parties.Account", "sales.Opportunity", "scheduling.Activity"
SEEN = {"country": "AT", "industry": "retail", "type": None}


async def _kept(office: Office, service: str, account_id: str) -> dict[str, Any]:
    """The copy of an account with the transaction that wrote it last, as the service has it."""
    columns = (reference_copy, literal_column("xmin::text").label("written"))
    same = select(*columns).where(reference_copy.c.id == UUID(account_id))
    async with office.servings[service].process.database.sessions() as session:
        return dict((await session.execute(same)).mappings().one())


async def _account(office: Office, **values: Any) -> Any:
    return await office.make(CASES[ACCOUNT], **{"industry": "retail", "country": "AT", **values})


async def _change(office: Office, account: Any, **values: str) -> None:
    record = CASES[ACCOUNT].message(id=account.id, **values)
    patch = CASES[ACCOUNT].patch(record=record, mask={"paths": list(values)})
    await office.stub(CASES[ACCOUNT]).Update(patch)


async def test_a_copy_holds_what_is_declared_and_nothing_else(office: Office) -> None:
    """Design §5"""
    account = await _account(office, description="Not for others")
    await office.make(CASES[DEAL], account_id=account.id)
    kept = (await _kept(office, "sales", account.id))["kept"]
    assert kept == {**SEEN, "owner_id": account.owner_id}
    declared = kept_fields(office.servings["sales"].process.entities.values())
    assert sorted(kept) == list(declared[ACCOUNT])


async def test_what_changes_is_followed_and_a_change_of_nothing_kept_writes_nothing(
    office: Office,
) -> None:
    """Design §5: events come in order, so the second account shows that the first one's was heard."""
    first, second = await _account(office), await _account(office)
    for each in (first, second):
        await office.make(CASES[DEAL], account_id=each.id)
    before = await _kept(office, "sales", first.id)
    await _change(office, first, description="Said to nobody who refers to it")
    await _change(office, second, industry="energy")

    async def has_followed() -> bool:
        return bool((await _kept(office, "sales", second.id))["kept"]["industry"] == "energy")

    await until(has_followed, "the copy follows the change of industry")
    assert await _kept(office, "sales", first.id) == before


async def test_a_copy_that_cannot_be_read_holds_up_nothing(office: Office, house: House) -> None:
    """It is passed over: what comes after it in the stream is followed."""
    account = await _account(office)
    await office.make(CASES[DEAL], account_id=account.id)
    event = RecordChanged(entity=ACCOUNT, copy=Copy(entity=ACCOUNT, id="none"))
    operator = await connect(house.nats.url, "tests")
    await operator.jetstream().publish(
        change_subject(ACCOUNT, "updated"), event.SerializeToString()
    )
    await operator.close()
    await _change(office, account, industry="energy")

    async def has_followed() -> bool:
        return bool((await _kept(office, "sales", account.id))["kept"]["industry"] == "energy")

    await until(has_followed, "the copy follows the change after it")


async def test_a_share_that_comes_with_a_change_does_not_hide_it(office: Office) -> None:
    """Both events of one batch: the later tells the keys, the earlier the fields."""
    told = Copy(entity=ACCOUNT, version=2, title="Acme")
    told.record.Pack(CASES[ACCOUNT].message(industry="retail"))
    both = _on_top(told, Copy(entity=ACCOUNT, version=3, title="Acme"))
    assert (both.version, both.HasField("record")) == (3, True)


async def test_an_event_that_failed_comes_again_after_later_ones(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later ones are acknowledged for themselves: of the one before them nothing is lost."""
    first, second = await _account(office), await _account(office)
    for each in (first, second):
        await office.make(CASES[DEAL], account_id=each.id)
    failed = asyncio.Event()

    async def stored_later(process: Process, copies: Sequence[Copy]) -> None:
        ours = process.name == "sales" and not failed.is_set()
        if ours and first.id in {each.id for each in copies}:
            failed.set()
            raise ConnectionResetError
        await store(process, copies)

    monkeypatch.setattr(follower, "store", stored_later)
    await _change(office, first, industry="energy")
    await failed.wait()
    await _change(office, second, industry="energy")

    async def have_followed() -> bool:
        kept = [(await _kept(office, "sales", each.id))["kept"] for each in (first, second)]
        return [each["industry"] for each in kept] == ["energy", "energy"]

    await until(have_followed, "both copies follow their accounts")


async def test_an_event_ahead_of_another_has_the_fields_asked_for(office: Office) -> None:
    """A share tells none: of what came before it, and is not here, the owner is asked."""
    account = await _account(office)
    await office.make(CASES[DEAL], account_id=account.id)
    await _change(office, account, industry="energy")
    process = office.servings["sales"].process

    async def follows() -> bool:
        return bool((await _kept(office, "sales", account.id))["kept"]["industry"] == "energy")

    await until(follows, "the copy follows")
    async with process.database.sessions.begin() as session:
        same = reference_copy.update().where(reference_copy.c.id == UUID(account.id))
        await session.execute(same.values(kept=SEEN, version=0))
    await store(process, [Copy(entity=ACCOUNT, id=account.id, version=2, title="Acme")])
    await until(follows, "what the copy lacked is asked for")


async def test_copies_from_before_a_declaration_are_filled(office: Office) -> None:
    """A field that is kept anew comes by itself, without a rebuilding by hand."""
    account = await _account(office)
    await office.make(CASES[DEAL], account_id=account.id)
    process = office.servings["sales"].process
    async with process.database.sessions.begin() as session:
        same = reference_copy.update().where(reference_copy.c.id == UUID(account.id))
        await session.execute(same.values(kept={"country": "AT"}))
    await adopt(process)
    kept = (await _kept(office, "sales", account.id))["kept"]
    assert kept == {**SEEN, "owner_id": account.owner_id}


async def test_what_another_service_tells_of_a_record_is_completed_by_its_owner(
    office: Office,
) -> None:
    """Of an activity's deal sales tells the account above it too, but not what it keeps of it."""
    account = await _account(office)
    deal = await office.make(CASES[DEAL], account_id=account.id)
    process = office.servings["scheduling"].process
    await asked(process, [(DEAL, UUID(deal.id))])

    async def is_whole() -> bool:
        kept = (await _kept(office, "scheduling", account.id))["kept"]
        return bool(kept.get("industry") == "retail")

    await until(is_whole, "the owner completes the copy")


def test_what_is_kept_is_of_the_contract_and_compared_as_at_home() -> None:
    for case in CASES.values():
        for name, known in case.record.fields.items():
            for field in getattr(known.said.kind, "keep", ()):
                target = CASES[known.said.kind.target]
                described = target.message.DESCRIPTOR.fields_by_name[field]
                kind = kind_of(described) or Text()
                at_home = target.record.fields[field].said.kind
                assert kind.comparison is at_home.comparison, f"{case}.{name}: {field}"


def test_the_guide_says_what_is_kept() -> None:
    told = set(
        re.findall(r"^\| ([a-z]+\.\w+) \| `(\w+)\.` \| ([\w, ]+) \|$", _guide(), re.MULTILINE)
    )
    kept = {
        (str(case), name.removesuffix("_id"), ", ".join(known.said.kind.keep))
        for case in CASES.values()
        for name, known in case.record.fields.items()
        if getattr(known.said.kind, "keep", ())
    }
    assert told == kept


def _guide() -> str:
    return (ROOT / "docs" / "filter.md").read_text()
