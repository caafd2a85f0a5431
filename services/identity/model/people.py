"""A person who works here: how to reach them, what they hold, and whether they may sign in."""

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Email,
    Governs,
    Instant,
    LongText,
    Phone,
    Picklist,
    Presentation,
    Record,
    References,
    Text,
    TimeZone,
    Words,
    field,
)
from kit.entity.presentation import Action, Ask, View
from kit.errors import Invalid, Refused
from services.identity.model.principals import principal_key

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class PersonStatus(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Person(Record):
    """A person who works in the organisation and signs in."""

    __tablename__ = "person"
    entity = "identity.Person"
    plural = "People"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(
        icon="user",
        area="administration",
        rank=100,
        owned=False,
        sought=True,
        facts=("status", "job_title", "email"),
        views=(View("active", "Active", 'status = "active"'),),
        tones={"status": {"active": "green", "inactive": "red"}},
        actions=(
            Action(
                "SetPassword",
                "Set password",
                "key",
                past="set the password",
                asks=(
                    Ask(
                        "password",
                        "New password",
                        "At least 12 characters.",
                        required=True,
                        unseen=True,
                    ),
                ),
            ),
            Action(
                "Deactivate",
                "Deactivate person",
                "lock-closed",
                'status = "active"',
                "deactivated this",
            ),
            Action("Activate", "Activate person", "check", 'status = "inactive"', "activated this"),
        ),
    )

    name: Mapped[str] = field(
        Text(160),
        "Name",
        searched=True,
        listed=True,
        required=False,
        help="Made of the given and the family name when you leave it empty.",
    )
    given_name: Mapped[str | None] = field(Text(80), "Given name", part_of="name")
    family_name: Mapped[str | None] = field(Text(80), "Family name", part_of="name")
    email: Mapped[str] = field(
        Email(),
        "E-mail",
        searched=True,
        listed=True,
        unique=True,
        help="The address to sign in with.",
    )
    phone: Mapped[str | None] = field(Phone(), "Phone", listed=True)
    job_title: Mapped[str | None] = field(Text(120), "Job title", searched=True, listed=True)
    status: Mapped[str] = field(
        Picklist(PersonStatus), "Status", initial=PersonStatus.ACTIVE, editable=False, listed=True
    )
    locale: Mapped[str] = field(
        Text(20),
        "Locale",
        initial="en-GB",
        section="Preferences",
        help="For example en-GB or ro-RO.",
        preference=True,
    )
    time_zone: Mapped[str] = field(
        TimeZone(),
        "Time zone",
        initial="UTC",
        section="Preferences",
        help="For example Europe/Berlin.",
        preference=True,
    )
    role_ids: Mapped[list[UUID]] = field(References("identity.Role"), "Roles", section="Access")
    profile_ids: Mapped[list[UUID]] = field(
        References("identity.Profile"),
        "Profiles",
        section="Access",
        help="Beside the profiles that the roles bring.",
    )
    duties: Mapped[str | None] = field(LongText(), "Duties", section="Work")
    skills: Mapped[list[str]] = field(Words(), "Skills", section="Work")
    last_sign_in_at: Mapped[datetime | None] = field(
        Instant(), "Last sign-in", editable=False, tracked=False, section="Access"
    )
    own_key: Mapped[int] = principal_key()
    share_key: Mapped[int] = principal_key()

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.email = self.email.lower() if self.email else self.email
        self.name = self.name or " ".join(filter(None, (self.given_name, self.family_name)))

    def check(self) -> None:
        wrong = {}
        if not self.name:
            wrong["name"] = "Give a name, or a given and a family name."
        if not _LOCALE.fullmatch(self.locale or ""):
            wrong["locale"] = "Write language and country like en-GB."
        if wrong:
            raise Invalid("", wrong)

    @property
    def active(self) -> bool:
        return self.status == PersonStatus.ACTIVE

    def deactivate(self) -> None:
        """Ends the right to sign in; what the person owns stays."""
        self.status = PersonStatus.INACTIVE

    def activate(self) -> None:
        self.status = PersonStatus.ACTIVE

    def signed_in(self, at: datetime) -> None:
        self.last_sign_in_at = at

    def removing(self) -> None:
        raise Refused("People own records and stand in histories; deactivate this person instead.")
