"""Turning a lead into an account, a contact and an opportunity, once, whatever breaks on the way.

Account, contact and conversion are made and the lead goes in one transaction. The opportunity is
sales' own: it is asked for under the conversion's id, now or by the job below, until it exists.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.sales.v1 import opportunities_pb2 as sales
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from sqlalchemy import DateTime, bindparam

from kit.actor import Actor, calling
from kit.entity import Level, Record
from kit.entity.tracking import is_stored
from kit.errors import Conflict, Denied, Invalid, NotFound, Problem
from kit.records import Process, Said, Work, stored
from kit.records.bin.moving import put_away
from kit.records.methods.custom_values import carried
from kit.references.copies.brought_by_calls import brings
from kit.telemetry.logs import log
from services.parties.existing import add_custom, chosen_account, given_to, known_contact
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.conversions import GONE_AS, Conversion, ConversionState
from services.parties.model.leads import Lead, LeadStatus

_OPPORTUNITY = "sales.Opportunity"
# Longer than any call lasts, so that the job never does what a call is still doing.
_PATIENCE = timedelta(seconds=15)
_AT_ONCE = 200

# What a deal takes over from the lead: its own field and the lead's.
_TAKEN_OVER = {
    "owner_id": "owner_id",
    "campaign_id": "campaign_id",
    "product_id": "product_id",
    "amount": "estimated_amount",
    "currency": "currency",
}
_OPTIONAL = _TAKEN_OVER.keys() | {"contact_id", "lead_id"}

_WAITING = (
    stored(Conversion)
    .where(
        Conversion.state == ConversionState.PENDING,
        Conversion.converted_at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .order_by(Conversion.id)
    .limit(_AT_ONCE)
)


@dataclass(frozen=True)
class Converted:
    """What became of a lead, and the records of which sales is told: what stands for it, and itself."""

    conversion: Conversion
    told: Sequence[Record] = ()


async def converted(work: Work, lead_id: UUID, level: Level) -> Conversion:
    """What a lead became, for those who reached the lead: the conversion carries its keys."""
    known = await work.find(Conversion, lead_id, level, instead_of=Lead)
    if known is not None:
        return known
    if level is Level.EDIT and await work.find(Conversion, lead_id, instead_of=Lead):
        raise Denied("You may read this lead but not convert it.")
    raise NotFound


async def recalled(work: Work, ids: Collection[UUID]) -> Sequence[Lead]:
    """Converted leads as they were, for the services whose records go on naming them."""
    known = await work.named(Conversion, list(ids), Level.READ)
    return [each.as_lead() for each in known]


async def convert(work: Work, lead: Lead, said: Said) -> Converted:
    """Makes account, contact and conversion, and puts the lead away for as long as it can come back."""
    _refuse_early(work, lead, override=bool(said.override))
    account = await _account(work, lead, said)
    contact = await _contact(work, lead, account, said)
    if contact is None:
        await add_custom(work, lead, account)
    known = Conversion.of(
        lead,
        account_id=account.id,
        new_account=said.account_id is None,
        contact_id=contact.id if contact else None,
        new_contact=contact is not None and not is_stored(contact),
        given=dict(given_to(account, contact)),
        opportunity_name=_name(work, account, said),
        at=datetime.now(UTC),
        by=work.actor.name,
    )
    work.add(known)
    put_away(work, lead, GONE_AS, contact or account)
    return Converted(known, [each for each in (account, contact, known, lead) if each])


def _refuse_early(work: Work, lead: Lead, *, override: bool) -> None:
    if override and lead.status != LeadStatus.QUALIFIED:
        work.permit(Lead).require("edit_all")
    lead.refuse_early_conversion(override=override)


async def _account(work: Work, lead: Lead, said: Said) -> Account:
    """The account that the caller names, or a new one."""
    if said.account_id is not None:
        return await chosen_account(work, lead, said)
    work.permit(Account).require("create")
    account = lead.to_account()
    # A value may have been retired since the lead got it; the conversion still tells it.
    if account.industry and work.process.choices.wrong(
        "parties.account.industry", account.industry
    ):
        account.industry = None
    return work.add(account)


async def _contact(work: Work, lead: Lead, account: Account, said: Said) -> Contact | None:
    """A contact that is there already, or the one that the lead becomes when it names a person."""
    known = await known_contact(work, lead, account, said) if said.account_id else None
    if known is not None:
        return known
    if said.contact_id:
        raise Invalid(account_id="Name the contact's account, too.")
    contact = lead.to_contact(account.id)
    if contact is None:
        return None
    work.permit(Contact).require("create")
    contact.custom = carried(lead.custom, work.permit(Lead), work.permit(Contact))
    return work.add(contact)


def _name(work: Work, account: Account, said: Said) -> str | None:
    """What the opportunity is to be called; None when there shall be none."""
    if said.create_opportunity is False:
        return None
    if "create" not in work.permit(_OPPORTUNITY).rights:
        raise Denied("Your profile does not let you create opportunities; convert without one.")
    try:
        named = Conversion.fields["opportunity_name"].said.kind.parse(said.opportunity_name or "")
    except ValueError as wrong:
        raise Invalid(opportunity_name=str(wrong)) from wrong
    return named or account.name


async def finished(process: Process, became: Converted) -> Conversion:
    """Asks sales for the opportunity and notes it; when sales cannot, the job tries again.

    Of what was made or went a moment ago sales is told with the question.
    """
    known = became.conversion
    if known.done:
        return known
    # The job finishes what a person began.
    who = _who(known.converted_by) if calling().is_system else calling()
    told = brings(process, became.told)
    try:
        opportunity_id = await _opportunity(process, known, who, told)
    except Problem as trouble:
        log.warning("conversion.waits", conversion=str(known.id), error=repr(trouble))
        return known
    return await _completed(process, known, opportunity_id, who)


async def _completed(
    process: Process, known: Conversion, opportunity_id: UUID, who: Actor
) -> Conversion:
    """Names the opportunity in the conversion, unless somebody else just did."""
    conversion_id = known.id
    try:
        async with process.work(who) as work:
            work.references.vouch((_OPPORTUNITY, opportunity_id))
            work.take_up(known).complete(opportunity_id)
            return known
    except Conflict:
        async with process.work(who) as work:
            return (await work.named(Conversion, [conversion_id]))[0]


async def _opportunity(process: Process, known: Conversion, who: Actor, told: bytes) -> UUID:
    """The opportunity's id; the conversion's id in it is the key under which sales makes only one.

    To sales the job speaks in its own name, and leaves out by itself what the person may not set.
    """
    stub: Any = process.peers.stub(OpportunitiesStub)
    limited = process.policy.permit(who, _OPPORTUNITY).limits.keys() & _OPTIONAL
    try:
        made = await stub.Create(_deal(known, who, without=limited), brings=told)
    except (Invalid, Denied) as wrong:
        if not wrong.fields or not wrong.fields.keys() <= _OPTIONAL:
            raise
        # A product may be gone by now; the deal comes without it, and the conversion still tells it.
        without = limited | wrong.fields.keys()
        made = await stub.Create(_deal(known, who, without=without), brings=told)
    return UUID(made.id)


def _deal(known: Conversion, who: Actor, without: Collection[str]) -> sales.Opportunity:
    lead = {each.field: each.value for each in known.lead}
    deal: Any = sales.Opportunity(
        name=known.opportunity_name,
        account_id=str(known.account_id),
        contact_id=str(known.contact_id) if known.contact_id else None,
        lead_id=str(known.id),
        conversion_id=str(known.id),
        private=known.private or None,
    )
    for name, of_lead in _TAKEN_OVER.items():
        if of_lead in lead:
            setattr(deal, name, lead[of_lead])
    for name in without:
        deal.ClearField(name)
    if calling().is_system and who.person_id and not deal.HasField("owner_id"):
        # Whose call it is would own it; the job is nobody.
        deal.owner_id = str(who.person_id)
    return deal  # type: ignore[no-any-return]  # what was asked for an opportunity


async def finish_conversions(process: Process, patience: timedelta = _PATIENCE) -> None:
    """Goes on where a crash or a service that was down left off, here as the person who converted.

    To sales it speaks in its own name: nobody may speak there for a person who is not calling.
    """
    async with process.work(calling()) as work:
        pending = await work.records(Conversion, _WAITING, before=datetime.now(UTC) - patience)
    for known in pending:
        await finished(process, Converted(known))


def _who(name: str) -> Actor:
    if name.startswith("system:"):
        return Actor.system(name.removeprefix("system:"))
    return Actor.person(UUID(name))
