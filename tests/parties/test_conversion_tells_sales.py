"""What parties tells sales of the records of a conversion, so that neither has to ask the other back."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kit.actor import calls
from kit.entity import Level
from kit.ids import uuid7
from kit.references import resolving
from kit.references.copies.backfill import ask
from kit.references.copies.brought_by_calls import brings, brought
from kit.references.copies.tables import reference_copy
from kit.testing.serving import Serving
from services.parties.model.accounts import Account
from tests.parties.desk import Desk

ACCOUNT, CONTACT, LEAD = "parties.Account", "parties.Contact", "parties.Lead"
OPPORTUNITY = "sales.Opportunity"


async def _copy(serving: Serving, entity: str, record_id: str) -> Any:
    same = (reference_copy.c.entity == entity) & (reference_copy.c.id == UUID(record_id))
    return next(iter(await serving.process.database.rows(select(reference_copy).where(same))), None)


@pytest.fixture
def asked_while_writing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The records for which a write had to wait until their owner had answered."""
    names: list[Any] = []
    asked = resolving.asked

    async def noting(process: Any, wanted: Any) -> Any:
        names.extend(wanted)
        return await asked(process, wanted)

    monkeypatch.setattr(resolving, "asked", noting)
    return names


async def test_a_conversion_waits_for_one_call_only(
    desk: Desk, sales: Serving, asked_while_writing: list[Any]
) -> None:
    """Design §5, W2: the copies come with the call, and what sales has made is not asked for."""
    became = await desk.convert(await desk.lead())
    assert became.state == "done"
    assert asked_while_writing == []
    account = await _copy(sales, ACCOUNT, became.account_id)
    contact = await _copy(sales, CONTACT, became.contact_id)
    assert (account.state, contact.state) == ("live", "live")
    assert contact.parent_id == account.id
    assert contact.inherited
    assert account.kept.keys() >= {"industry", "country"}


async def test_the_lead_and_its_conversion_come_along_and_are_asked_for_by_nobody(
    desk: Desk, sales: Serving
) -> None:
    """W2: of four records that a deal names not one is left to be asked for."""
    lead, waiting = await desk.lead(), sales.process.unknown_references
    waiting.take()
    became = await desk.convert(lead)
    gone = await _copy(sales, LEAD, became.id)
    assert (gone.state, gone.title, gone.kept.keys()) == ("converted", lead.name, {"source"})
    assert (await _copy(sales, "parties.Conversion", became.id)).state == "live"
    assert waiting.take() == []


async def test_an_owner_keeps_no_copy_of_its_own_record_on_which_another_one_hangs(
    serving: Serving, desk: Desk
) -> None:
    became = await desk.convert(await desk.lead())
    await ask(serving.process, OPPORTUNITY, [UUID(became.opportunity_id)])
    deal = await _copy(serving, OPPORTUNITY, became.opportunity_id)
    assert deal.state == "live"
    assert deal.inherited
    assert await _copy(serving, ACCOUNT, became.account_id) is None


async def test_what_is_here_already_is_not_replaced_by_what_comes_along(
    serving: Serving, sales: Serving, desk: Desk
) -> None:
    became = await desk.convert(await desk.lead())
    account_id, fetch = UUID(became.account_id), sales.process.database.fetch
    other = Account(name="As it was", id=account_id, keys=[], wkeys=[], full_keys=[], version=1)
    wanted = {(ACCOUNT, account_id)}
    told = brings(serving.process, [other])
    sales.process.unknown_references.take()
    (found,) = (await brought(sales.process, fetch, told, "parties", wanted)).values()
    kept = await _copy(sales, ACCOUNT, became.account_id)
    assert kept.title != "As it was"
    assert found.keys[Level.READ] == kept.keys != []
    assert sales.process.unknown_references.take() == []


async def test_a_service_tells_of_its_own_records_alone(serving: Serving, desk: Desk) -> None:
    calls(desk.actor)
    account = Account(name="Told by another", keys=[], wkeys=[], full_keys=[], version=1)
    told, wanted = brings(serving.process, [account]), {(ACCOUNT, account.id)}
    fetch = serving.process.database.fetch
    assert await brought(serving.process, fetch, told, "helpdesk", wanted) == {}
    assert await brought(serving.process, fetch, told, "", wanted) == {}
    assert await _copy(serving, ACCOUNT, str(account.id)) is None


async def test_nothing_is_taken_that_was_not_asked_for(serving: Serving) -> None:
    account = Account(name="Not wanted", keys=[], wkeys=[], full_keys=[], version=1)
    process, fetch = serving.process, serving.process.database.fetch
    told = brings(process, [account])
    assert await brought(process, fetch, told, "parties", {(ACCOUNT, uuid7())}) == {}
    assert await brought(process, fetch, b"no message", "parties", {(ACCOUNT, account.id)}) == {}


async def test_what_does_not_fit_into_metadata_is_not_brought(serving: Serving) -> None:
    shared = Account(
        name="Shared with many", keys=list(range(5_000)), wkeys=[], full_keys=[], version=1
    )
    assert brings(serving.process, [shared]) == b""
