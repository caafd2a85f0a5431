"""What became of a lead: written once, finished once, and where the lead's id leads."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from crm.parties.v1 import events_pb2 as events
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.custom_fields.fields import as_text
from kit.entity import (
    ActorName,
    Boolean,
    Instant,
    MayBePrivate,
    Picklist,
    Presentation,
    Record,
    Reference,
    Row,
    Rows,
    Text,
    Words,
    field,
    row_field,
)
from kit.entity.kinds import PERSON
from kit.errors import Refused
from services.parties.model.leads import Lead

# The conversion answers these itself, or they change with the conversion's own life.
_OWN = frozenset(
    {"id", "version", "private", "converted_at", "account_id", "contact_id", "opportunity_id"}
)
_CUSTOM = "custom."
_BETWEEN = ", "

GONE_AS = "converted"
"""What has become of a lead, for those who keep its name."""


class ConversionState(StrEnum):
    """Whether the opportunity exists yet, where one is wanted."""

    PENDING = "pending"
    DONE = "done"


class LeadValue(Row):
    """One filled field of the lead as it was."""

    field: str = row_field(Text(80), "Field")
    label: str = row_field(Text(80), "Name")
    value: str = row_field(Text(20_000), "Value")


class Conversion(MayBePrivate, Record):
    """A lead as it was, with the account, contact and opportunity that it became."""

    __tablename__ = "conversion"
    entity = "parties.Conversion"
    plural = "Conversions"
    default_access = "private"
    a_log = True
    # What it copied of the lead is what the contact says.
    erased_with = ("contact_id",)
    no_bin = "A conversion stays, so that the lead's id still leads somewhere."
    presentation = Presentation(
        icon="arrow-path",
        area="sales",
        rank=35,
        facts=("converted_at", "account_id", "opportunity_id"),
        order_by="converted_at desc",
        tabs=dict.fromkeys(("account_id", "contact_id", "opportunity_id"), "Came from"),
        tones={"state": {"pending": "amber", "done": "green"}},
    )

    owner_id: Mapped[UUID | None] = field(
        Reference(PERSON), "Owner", section="", copy_of="parties.Lead.owner_id"
    )
    private: Mapped[bool] = field(
        Boolean(), "Private", section="", editable=False, copy_of="parties.Lead.private"
    )
    name: Mapped[str] = field(
        Text(200),
        "Lead",
        searched=True,
        listed=True,
        editable=False,
        copy_of="parties.Lead.name",
    )
    converted_at: Mapped[datetime] = field(
        Instant(), "Converted", listed=True, editable=False, copy_of="parties.Lead.converted_at"
    )
    converted_by: Mapped[str] = field(ActorName(80), "Converted by", editable=False)
    state: Mapped[str] = field(
        Picklist(ConversionState), "State", listed=True, editable=False, index=True
    )
    account_id: Mapped[UUID] = field(
        Reference("parties.Account", here=True),
        "Account",
        listed=True,
        editable=False,
        index=True,
        copy_of="parties.Lead.account_id",
    )
    new_account: Mapped[bool] = field(Boolean(), "New account", editable=False)
    new_contact: Mapped[bool] = field(Boolean(), "New contact", editable=False)
    # What records that were there before got from the lead: by entity, what they said before and after.
    given: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    contact_id: Mapped[UUID | None] = field(
        Reference("parties.Contact", here=True),
        "Contact",
        listed=True,
        editable=False,
        index=True,
        copy_of="parties.Lead.contact_id",
    )
    opportunity_id: Mapped[UUID | None] = field(
        Reference("sales.Opportunity"),
        "Opportunity",
        listed=True,
        editable=False,
        index=True,
        copy_of="parties.Lead.opportunity_id",
    )
    opportunity_name: Mapped[str | None] = field(
        Text(200), "Opportunity's name", editable=False, copy_of="sales.Opportunity.name"
    )
    campaign_id: Mapped[UUID | None] = field(
        Reference("campaigns.Campaign"),
        "Campaign",
        editable=False,
        index=True,
        copy_of="parties.Lead.campaign_id",
    )
    lead: Mapped[list[LeadValue]] = field(
        Rows(LeadValue),
        "The lead as it was",
        section="Lead",
        editable=False,
        tracked=False,
        copy_of="parties.Lead.*",
    )

    @classmethod
    def of(
        cls,
        lead: Lead,
        *,
        account_id: UUID,
        new_account: bool,
        contact_id: UUID | None,
        new_contact: bool,
        given: dict[str, Any],
        opportunity_name: str | None,
        at: datetime,
        by: str,
    ) -> "Conversion":
        """The conversion of a lead; without an opportunity's name it is done at once."""
        known = cls(
            id=lead.id,
            owner_id=lead.owner_id,
            private=lead.private,
            name=lead.name,
            lead=lead_values(lead),
            campaign_id=lead.campaign_id,
            account_id=account_id,
            new_account=new_account,
            contact_id=contact_id,
            new_contact=new_contact,
            given=given or None,
            opportunity_name=opportunity_name,
            converted_at=at,
            converted_by=by,
            state=ConversionState.PENDING if opportunity_name else ConversionState.DONE,
        )
        # Whoever could see the lead, by hand too, can see what became of it.
        known.keys, known.wkeys, known.full_keys = lead.keys, lead.wkeys, lead.full_keys
        if known.done:
            known._announce()
        return known

    @property
    def done(self) -> bool:
        return self.state == ConversionState.DONE

    @property
    def made(self) -> Sequence[tuple[str, UUID]]:
        """What it made, each record before those on which it hangs."""
        deal = ("sales.Opportunity", self.opportunity_id, True)
        contact = ("parties.Contact", self.contact_id, self.new_contact)
        account = ("parties.Account", self.account_id, self.new_account)
        return [(entity, id_) for entity, id_, new in (deal, contact, account) if id_ and new]

    def complete(self, opportunity_id: UUID) -> None:
        """Names the opportunity; naming the same one again changes nothing."""
        if self.done and self.opportunity_id == opportunity_id:
            return
        if self.done:
            raise Refused("This conversion is done; its opportunity cannot be another one.")
        self.opportunity_id, self.state = opportunity_id, ConversionState.DONE
        self._announce()

    def said(self, name: str) -> Any:
        """What the lead had in a field, as Python's value; None when it was empty."""
        text = next((each.value for each in self.lead if each.field == name), None)
        kind = Lead.fields[name].said.kind
        if isinstance(kind, Words):
            return kind.parse(text.split(_BETWEEN) if text else [])
        return None if text is None else kind.parse(text)

    def as_lead(self) -> Lead:
        """The lead as it was, with what it became; it is not to be stored."""
        lead = Lead(id=self.id, version=self.version, converted_at=self.converted_at)
        lead.private = self.private
        for name in Lead.fields.keys() - _OWN:
            setattr(lead, name, self.said(name))
        lead.custom = {
            each.field.removeprefix(_CUSTOM): each.value
            for each in self.lead
            if each.field.startswith(_CUSTOM)
        }
        lead.account_id, lead.contact_id = self.account_id, self.contact_id
        lead.opportunity_id = self.opportunity_id
        lead.keys, lead.wkeys, lead.full_keys = self.keys, self.wkeys, self.full_keys
        lead.gone_as = GONE_AS
        return lead

    def removing(self) -> None:
        raise Refused("A conversion stays, so that the lead's id still leads somewhere.")

    def _announce(self) -> None:
        ids = {
            "contact_id": self.contact_id,
            "opportunity_id": self.opportunity_id,
            "campaign_id": self.campaign_id,
            "owner_id": self.owner_id,
        }
        self.announce(
            events.LeadConverted(
                lead_id=str(self.id),
                account_id=str(self.account_id),
                converted_at=Instant().show(self.converted_at),
                new_account=self.new_account,
                **{name: str(value) for name, value in ids.items() if value is not None},
            )
        )


def lead_values(lead: Lead) -> list[LeadValue]:
    """Every filled field of a lead, own fields of the organisation included."""
    filled = [
        LeadValue(field=name, label=known.said.label, value=_text(known.said.kind.show(value)))
        for name, known in Lead.fields.items()
        if name not in _OWN and (value := getattr(lead, name)) not in (None, "", [])
    ]
    own = [
        LeadValue(field=f"{_CUSTOM}{name}", label=name, value=as_text(value))
        for name, value in (lead.custom or {}).items()
    ]
    return filled + own


def _text(shown: Any) -> str:
    """What a field shows, as one text."""
    return _BETWEEN.join(shown) if isinstance(shown, list) else str(shown)
