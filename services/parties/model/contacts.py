"""A person with whom there are relations, mostly at an account."""

from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Choice,
    Day,
    Email,
    Instant,
    LongText,
    MayBePrivate,
    Parts,
    Phone,
    Picklist,
    Presentation,
    Record,
    Reference,
    Tagged,
    Text,
    field,
)
from kit.errors import Invalid
from services.parties.model.addresses import ContactAddress
from services.parties.model.headings import CONTACT_HEADINGS


class Sex(StrEnum):
    """Told freely or not at all; some campaigns choose by it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Channel(StrEnum):
    """The way by which somebody wants to be reached."""

    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    POST = "post"
    CHAT = "chat"
    OTHER = "other"


class Contact(MayBePrivate, Tagged, Record):
    """A person at an account, or one who stands for himself."""

    __tablename__ = "contact"
    entity = "parties.Contact"
    plural = "Contacts"
    headings = CONTACT_HEADINGS
    presentation = Presentation(
        icon="identification",
        area="customers",
        rank=20,
        sought=True,
        facts=("account_id", "job_title", "email"),
        tones={"status": {"active": "green", "left": "red", "do_not_contact": "amber"}},
    )
    default_access = "parent"
    hangs_on = ("account_id",)

    name: Mapped[str] = field(
        Text(200), "Name", searched=True, listed=True, editable=False, required=False
    )
    first_name: Mapped[str | None] = field(Text(80), "First name", part_of="name")
    last_name: Mapped[str | None] = field(Text(80), "Last name", part_of="name")
    nickname: Mapped[str | None] = field(Text(80), "Nickname", searched=True)
    job_title: Mapped[str | None] = field(Text(120), "Job title", searched=True, listed=True)
    department: Mapped[str | None] = field(Text(120), "Department")
    account_id: Mapped[UUID | None] = field(
        Reference("parties.Account", here=True), "Account", listed=True, index=True
    )
    type: Mapped[str | None] = field(Choice("parties.contact.type"), "Type")
    status: Mapped[str | None] = field(Choice("parties.contact.status"), "Status")
    email: Mapped[str | None] = field(
        Email(), "E-mail", section="Reach", searched=True, listed=True, index=True
    )
    phone: Mapped[str | None] = field(Phone(), "Phone", section="Reach", searched=True, listed=True)
    mobile: Mapped[str | None] = field(Phone(), "Mobile", section="Reach", searched=True)
    fax: Mapped[str | None] = field(Phone(), "Fax", section="Reach")
    addresses: Mapped[list[ContactAddress]] = field(
        Parts(ContactAddress), "Addresses", section="Reach"
    )
    channel: Mapped[str | None] = field(
        Picklist(Channel), "Wants to be reached by", section="Consent"
    )
    consent_at: Mapped[datetime | None] = field(Instant(), "Consent given", section="Consent")
    consent_note: Mapped[str | None] = field(Text(500), "How it was given", section="Consent")
    birth_date: Mapped[date | None] = field(Day(), "Date of birth", section="Personal")
    sex: Mapped[str | None] = field(Picklist(Sex), "Sex", section="Personal")
    spouse: Mapped[str | None] = field(Text(120), "Spouse", section="Personal")
    children: Mapped[str | None] = field(Text(500), "Children", section="Personal")
    description: Mapped[str | None] = field(LongText(), "Description", section="Background")

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.name = " ".join(filter(None, (self.first_name, self.last_name)))

    def check(self) -> None:
        if not self.name:
            raise Invalid(last_name="Give a first or a last name.")
        if self.birth_date is not None and self.birth_date > datetime.now(UTC).date():
            raise Invalid(birth_date="This day is yet to come; check the year.")
