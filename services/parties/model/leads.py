"""A possible customer, from the first trace to the moment it becomes an account and a contact."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Choice,
    Email,
    Instant,
    Integer,
    LongText,
    MayBePrivate,
    Money,
    Phone,
    Picklist,
    Record,
    Reference,
    Step,
    Steps,
    Tagged,
    Text,
    Url,
    field,
)
from kit.errors import Invalid, Refused
from services.parties.model.accounts import Account, Relationship
from services.parties.model.addresses import (
    AccountAddress,
    Address,
    AddressKind,
    ContactAddress,
    Country,
)
from services.parties.model.contacts import Channel, Contact
from services.parties.model.headings import LEAD_HEADINGS
from services.parties.model.lead_presentation import LEAD

A = TypeVar("A", bound=Address)


class LeadStatus(StrEnum):
    """How far a lead has come."""

    NEW = "new"
    WORKING = "working"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


STATUS = Steps(
    LeadStatus,
    (
        Step(
            LeadStatus.NEW,
            "blue",
            to=(LeadStatus.WORKING, LeadStatus.QUALIFIED, LeadStatus.UNQUALIFIED),
        ),
        Step(LeadStatus.WORKING, "amber", to=(LeadStatus.QUALIFIED, LeadStatus.UNQUALIFIED)),
        Step(LeadStatus.QUALIFIED, "green", to=(LeadStatus.WORKING, LeadStatus.UNQUALIFIED)),
        Step(
            LeadStatus.UNQUALIFIED,
            "red",
            to=(LeadStatus.WORKING, LeadStatus.QUALIFIED),
            closed=True,
            aside=True,
        ),
    ),
)


class Rating(StrEnum):
    """How eager a lead seems."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class Lead(MayBePrivate, Tagged, Record):
    """A possible customer and all that is known of it so far."""

    __tablename__ = "lead"
    entity = "parties.Lead"
    plural = "Leads"
    headings = LEAD_HEADINGS
    presentation = LEAD

    name: Mapped[str] = field(
        Text(200), "Name", searched=True, listed=True, editable=False, required=False
    )
    first_name: Mapped[str | None] = field(Text(80), "First name", part_of="name")
    last_name: Mapped[str | None] = field(Text(80), "Last name", part_of="name")
    company: Mapped[str | None] = field(
        Text(200), "Company", searched=True, listed=True, part_of="name"
    )
    job_title: Mapped[str | None] = field(Text(120), "Job title")
    status: Mapped[str] = field(STATUS, "Status", initial=LeadStatus.NEW, listed=True, index=True)
    rating: Mapped[str | None] = field(Picklist(Rating), "Rating", listed=True)
    score: Mapped[int | None] = field(Integer(low=0, high=100), "Score", help="0 to 100.")
    email: Mapped[str | None] = field(
        Email(), "E-mail", section="Reach", searched=True, listed=True, index=True
    )
    phone: Mapped[str | None] = field(Phone(), "Phone", section="Reach", searched=True, listed=True)
    mobile: Mapped[str | None] = field(Phone(), "Mobile", section="Reach", searched=True)
    website: Mapped[str | None] = field(Url(), "Website", section="Reach")
    channel: Mapped[str | None] = field(
        Picklist(Channel), "Wants to be reached by", section="Consent"
    )
    consent_at: Mapped[datetime | None] = field(Instant(), "Consent given", section="Consent")
    consent_note: Mapped[str | None] = field(Text(500), "How it was given", section="Consent")
    source: Mapped[str | None] = field(Choice("parties.lead.source"), "Source", section="Origin")
    source_note: Mapped[str | None] = field(LongText(), "About the source", section="Origin")
    campaign_id: Mapped[UUID | None] = field(
        Reference("campaigns.Campaign", keep=("name", "type")),
        "Campaign",
        section="Origin",
        index=True,
    )
    event_name: Mapped[str | None] = field(
        Text(200), "Event", section="Origin", help="The conference, exhibition or fair."
    )
    industry: Mapped[str | None] = field(
        Choice("parties.account.industry"), "Industry", section="Interest"
    )
    product_id: Mapped[UUID | None] = field(
        Reference("sales.Product", keep=("name", "category")),
        "Product",
        section="Interest",
        index=True,
    )
    estimated_amount: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Estimated value", section="Interest"
    )
    currency: Mapped[str | None] = field(
        Picklist(CURRENCIES), "Currency", initial="EUR", section="Interest"
    )
    qualification_note: Mapped[str | None] = field(
        LongText(), "Qualification", section="Interest", help="Need, budget, authority and time."
    )
    street: Mapped[str | None] = field(Text(200), "Street", section="Address")
    city: Mapped[str | None] = field(Text(120), "City", section="Address")
    region: Mapped[str | None] = field(Text(120), "Region", section="Address")
    postal_code: Mapped[str | None] = field(Text(20), "Postal code", section="Address")
    country: Mapped[str | None] = field(Country(), "Country", section="Address")
    description: Mapped[str | None] = field(LongText(), "Description", section="Background")
    converted_at: Mapped[datetime | None] = field(
        Instant(), "Converted", editable=False, section="Conversion"
    )
    account_id: Mapped[UUID | None] = field(
        Reference("parties.Account"), "Account", editable=False, section="Conversion"
    )
    contact_id: Mapped[UUID | None] = field(
        Reference("parties.Contact"), "Contact", editable=False, section="Conversion"
    )
    opportunity_id: Mapped[UUID | None] = field(
        Reference("sales.Opportunity"), "Opportunity", editable=False, section="Conversion"
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.name = self._person() or self.company or ""

    def check(self) -> None:
        if not self.name:
            raise Invalid(last_name="Give a name or a company.")
        if self.estimated_amount is not None and self.estimated_amount < 0:
            raise Invalid(
                estimated_amount="The value cannot be negative; leave it empty when unknown."
            )
        if self.estimated_amount is not None and self.currency is None:
            raise Invalid(currency="Say in which currency the value is.")

    def refuse_early_conversion(self, *, override: bool) -> None:
        """The organisation's moment of conversion: the lead is qualified, or somebody overrides."""
        if self.status != LeadStatus.QUALIFIED and not override:
            raise Refused(f"This lead is {self.status}; qualify it first, or override.")

    def to_account(self) -> Account:
        """The account that the lead becomes; a lead without a company stands for itself."""
        return Account(
            name=self.company or self.name,
            owner_id=self.owner_id,
            private=self.private,
            kinds=[Relationship.PROSPECT.value],
            industry=self.industry,
            phone=self.phone if self.company else None,
            email=None if self._person() else self.email,
            website=self.website,
            country=self.country,
            addresses=self._addresses(AccountAddress, AddressKind.HEAD_OFFICE),
            source_note=self._origin(),
        )

    def to_contact(self, account_id: UUID) -> Contact | None:
        """The contact that the lead becomes, when it names a person."""
        if not self._person():
            return None
        return Contact(
            first_name=self.first_name,
            last_name=self.last_name,
            job_title=self.job_title,
            account_id=account_id,
            owner_id=self.owner_id,
            private=self.private,
            email=self.email,
            phone=self.phone,
            mobile=self.mobile,
            addresses=[] if self.company else self._addresses(ContactAddress, AddressKind.HOME),
            channel=self.channel,
            consent_at=self.consent_at,
            consent_note=self.consent_note,
            description=self.description,
        )

    def _person(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    def _addresses(self, address: type[A], kind: AddressKind) -> list[A]:
        place: dict[str, Any] = {
            "street": self.street,
            "city": self.city,
            "region": self.region,
            "postal_code": self.postal_code,
            "country": self.country,
        }
        return [address(kind=kind, **place)] if any(place.values()) else []

    def _origin(self) -> str | None:
        """Value lists differ between leads and accounts, so the source goes over in words."""
        return "; ".join(filter(None, (self.source, self.event_name, self.source_note))) or None
