"""Converting into records that are there already: which contact it is, and what the lead adds to them."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Text, Uuid, bindparam

from kit.custom_fields.filling import filled
from kit.entity import Level, Record
from kit.entity.tracking import former
from kit.errors import Invalid, NotFound
from kit.merging.reverting import before_and_after
from kit.records import Said, Work
from kit.records.methods.custom_values import carried
from kit.text.folding import fold, folded
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.leads import Lead

R = TypeVar("R", bound=Record)

# What is taken over where the record says nothing yet.
_OF_ACCOUNTS = ("phone", "email", "website", "country", "addresses")
_OF_CONTACTS = ("job_title", "email", "phone", "mobile", "addresses")
_SAME = (
    Contact.account_id == bindparam("account", type_=Uuid()),
    folded(Contact.email) == bindparam("folded_email", type_=Text()),
)
_CONSENT = ("channel", "consent_at", "consent_note")


async def chosen_account(work: Work, lead: Lead, said: Said) -> Account:
    """The account that the caller names, with what the lead knows beyond it."""
    try:
        account = await work.get(Account, said.account_id)
    except NotFound as missing:
        raise Invalid(account_id="There is no such account; leave it out.") from missing
    await _fill(work, account, lead.to_account(), _OF_ACCOUNTS)
    return account


async def known_contact(work: Work, lead: Lead, account: Account, said: Said) -> Contact | None:
    """The contact that the caller names, else the account's own with the lead's e-mail address."""
    contact = await _named(work, account, said) or await _matching(work, lead, account)
    if contact is None:
        return None
    offered = lead.to_contact(account.id)
    if offered is not None:
        # Consent is one statement: its parts are taken over together or not at all.
        untold = not any(getattr(contact, name) for name in _CONSENT)
        names = (*_OF_CONTACTS, *_CONSENT) if untold else _OF_CONTACTS
        await _fill(work, contact, offered, names)
        await add_custom(work, lead, contact)
    return contact


async def _named(work: Work, account: Account, said: Said) -> Contact | None:
    if said.contact_id is None:
        return None
    try:
        contact = await work.get(Contact, said.contact_id)
    except NotFound as missing:
        raise Invalid(contact_id="There is no such contact; leave it out.") from missing
    if contact.account_id != account.id:
        raise Invalid(contact_id="Choose a contact of the account that you name, or leave it out.")
    return contact


async def _matching(work: Work, lead: Lead, account: Account) -> Contact | None:
    """None for whoever may not see addresses: the match would tell one."""
    told = work.permit(Contact).sees("email")
    if not (lead.email and told):
        return None
    return await work.first(Contact, *_SAME, account=account.id, folded_email=fold(lead.email))


async def add_custom(work: Work, lead: Lead, record: Record) -> None:
    """The organisation's own fields go along; one that the record has already stays as it is."""
    permit = work.permit(type(record))
    own = carried(lead.custom, work.permit(Lead), permit)
    if own and await may_write(work, record, ["custom"]):
        record.custom = filled(record.custom, own, permit.custom.of_entity.fields)


async def _fill(work: Work, record: R, offered: R, names: Sequence[str]) -> None:
    """Gives a record what it lacks; what somebody has said of it is never overwritten."""
    lacking = [name for name in names if getattr(offered, name) and not getattr(record, name)]
    for name in await may_write(work, record, lacking):
        setattr(record, name, getattr(offered, name))


def given_to(*records: Record | None) -> Iterator[tuple[str, Any]]:
    """What records that were there before got from a lead, by entity: what they said before and say now."""
    for record in records:
        if record is not None and (was := former(record)):
            names = [name for name in was if name in record.fields or name == "custom"]
            sides = before_and_after(record, names)
            yield record.entity, {"before": sides[0], "after": sides[1]}


async def may_write(work: Work, record: Record, names: Sequence[str]) -> Sequence[str]:
    """Of these fields, those that the caller might fill in by hand; the rest stays in the conversion."""
    permit = work.permit(type(record))
    free = [name for name in names if name not in permit.limits]
    if not free or "edit" not in permit.rights:
        return ()
    return free if await work.find(type(record), record.id, Level.EDIT) else ()
