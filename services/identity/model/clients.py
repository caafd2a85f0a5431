"""A program that acts for people: what it may ask for, and how it proves who it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from kit.actor import Actor
from kit.entity import (
    Boolean,
    Governs,
    Instant,
    LongText,
    Picklist,
    Presentation,
    Record,
    Reference,
    Text,
    Words,
    field,
)
from kit.entity.presentation import Action
from kit.errors import Invalid, Refused
from services.identity.model.scopes import SCOPES

# A name or an address of version 4 or 6; nothing that could end a directive of a policy.
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Grant(StrEnum):
    """The ways to a token that we offer; implicit and password are no longer among them."""

    CODE = "authorization_code"
    REFRESH = "refresh_token"
    CLIENT = "client_credentials"


class ClientStatus(StrEnum):
    """Whether a client gets tokens."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Grants(Words):
    """Some of the ways to a token."""

    options: ClassVar[Sequence[str]] = tuple(Grant)


@dataclass(frozen=True)
class Width:
    """How much a client may do, and for whom."""

    active: bool
    person_id: UUID | None
    words: frozenset[str]

    def exceeds(self, other: "Width") -> bool:
        """Whether it is wider in any way: another person, an address, a grant or a scope more."""
        moved = self.person_id is not None and self.person_id != other.person_id
        return moved or self.active > other.active or not self.words <= other.words


class Algorithm(StrEnum):
    """What ID tokens are signed with: RS256, which every library knows, or the shorter ES256."""

    RS256 = "RS256"
    ES256 = "ES256"


class Client(Record):
    """A partner's system, a script or an app that acts for people (OAuth 2)."""

    __tablename__ = "client"
    entity = "identity.Client"
    plural = "Clients"
    default_access = "private"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(
        icon="key",
        area="administration",
        rank=160,
        owned=False,
        tones={"status": {"active": "green", "inactive": "red"}},
        words={
            "grant_types": {
                Grant.CODE: "People sign in with it",
                Grant.REFRESH: "Stays signed in",
                Grant.CLIENT: "Acts by itself",
            }
        },
        actions=(
            Action(
                "RotateSecret",
                "Make a new secret",
                "arrow-path",
                when="keeps_secret = true",
                past="made a new secret",
                at_once=True,
            ),
        ),
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(
        LongText(), "Description", help="Who runs it, whom to ask."
    )
    client_id: Mapped[str] = field(
        Text(64),
        "Client id",
        editable=False,
        searched=True,
        listed=True,
        unique=True,
        required=False,
    )
    keeps_secret: Mapped[bool] = field(
        Boolean(),
        "Keeps a secret",
        initial=True,
        editable=False,
        creatable=True,
        help="Programs in a browser or on a phone cannot.",
    )
    status: Mapped[str] = field(
        Picklist(ClientStatus), "Status", initial=ClientStatus.ACTIVE, listed=True
    )
    grant_types: Mapped[list[str]] = field(Grants(), "Grant types", section="Protocol")
    redirect_uris: Mapped[list[str]] = field(Words(2_000), "Redirect addresses", section="Protocol")
    scopes: Mapped[list[str]] = field(Words(), "Scopes", section="Protocol")
    person_id: Mapped[UUID | None] = field(
        Reference("identity.Person", here=True),
        "Acts as",
        section="Protocol",
        index=True,
        help="Whose rights it has when it signs in by itself.",
    )
    id_token_signed_response_alg: Mapped[str] = field(
        Picklist(Algorithm),
        "ID tokens signed with",
        initial=Algorithm.RS256,
        section="Protocol",
        help="What the program expects; most expect RS256.",
    )
    secret_changed_at: Mapped[datetime | None] = field(
        Instant(), "Secret made", editable=False, section="Protocol"
    )
    secret_hash: Mapped[str | None] = mapped_column(TextType)

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.client_id = self.client_id or self.id.hex

    def check(self) -> None:
        complaints = (
            ("grant_types", self._wrong_grants()),
            ("redirect_uris", self._wrong_addresses()),
            ("scopes", self._wrong_scopes()),
            ("person_id", self._wrong_person()),
            ("keeps_secret", self._wrong_trust()),
        )
        wrong = {name: complaint for name, complaint in complaints if complaint}
        if wrong:
            raise Invalid("", wrong)

    @property
    def active(self) -> bool:
        return self.status == ClientStatus.ACTIVE

    @property
    def width(self) -> Width:
        words = frozenset((*self.grant_types, *self.redirect_uris, *self.scopes))
        return Width(self.active, self.person_id, words)

    def rotate(self, secret_hash: str, at: datetime) -> None:
        """Takes a new secret, of which only the hash is kept."""
        if not self.keeps_secret:
            raise Refused("A public client has no secret; register a confidential one.")
        if not self.active:
            raise Refused("This client is inactive; activate it before it gets a new secret.")
        self.secret_hash, self.secret_changed_at = secret_hash, at

    def _wrong_grants(self) -> str:
        odd = sorted(set(self.grant_types) - {grant.value for grant in Grant})
        if odd:
            return f"{odd[0]} is not offered; choose among {', '.join(Grant)}."
        if not self.grant_types:
            return f"Choose at least one of {', '.join(Grant)}."
        if Grant.REFRESH in self.grant_types and Grant.CODE not in self.grant_types:
            return "refresh_token needs authorization_code beside it."
        return ""

    def _wrong_addresses(self) -> str:
        if Grant.CODE in self.grant_types and not self.redirect_uris:
            return "authorization_code needs an address to return to."
        return next((wrong for uri in self.redirect_uris if (wrong := _wrong_address(uri))), "")

    def _wrong_scopes(self) -> str:
        odd = next((scope for scope in self.scopes if scope not in SCOPES), "")
        return f"{odd!r} is no scope; choose among {', '.join(SCOPES)}." if odd else ""

    def _wrong_person(self) -> str:
        alone = Grant.CLIENT in self.grant_types and self.person_id is None
        return "client_credentials needs a person as whom the client acts." if alone else ""

    def _wrong_trust(self) -> str:
        public = Grant.CLIENT in self.grant_types and not self.keeps_secret
        return "client_credentials is for clients that keep a secret." if public else ""


def _wrong_address(uri: str) -> str:
    try:
        complaints = list(_complaints(urlsplit(uri)))
    except ValueError:
        complaints = ["is no web address"]
    return f"{uri} {complaints[0]}." if complaints else ""


def _complaints(address: SplitResult) -> Iterator[str]:
    if not address.hostname or address.scheme not in {"http", "https"}:
        yield "is no web address; write it out, starting with https://"
    if address.scheme == "http" and address.hostname not in _LOOPBACK:
        yield "must start with https://; http is for loopback only"
    if address.hostname and not _HOST.fullmatch(address.hostname):
        yield "has a host with characters that no host has"
    if address.fragment or address.username:
        yield "must have neither a fragment nor a user name"
