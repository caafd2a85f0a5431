"""A company or organisation with which there are business relations, or may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Choice,
    Email,
    Integer,
    LongText,
    MayBePrivate,
    Money,
    Parts,
    Phone,
    Picklist,
    Presentation,
    Record,
    Tagged,
    Text,
    Tree,
    Url,
    Words,
    Year,
    field,
)
from kit.entity.presentation import Panel
from kit.errors import Invalid
from services.parties.model.addresses import AccountAddress, AddressKind, Country
from services.parties.model.bank_accounts import BankAccount
from services.parties.model.headings import ACCOUNT_HEADINGS

_CIRCLE = "An account cannot be a subsidiary of itself; choose an account from elsewhere."


class Relationship(StrEnum):
    """What an account is to us; it may be several at once."""

    CUSTOMER = "customer"
    PROSPECT = "prospect"
    SUPPLIER = "supplier"
    PARTNER = "partner"
    COMPETITOR = "competitor"
    OTHER = "other"


@dataclass(frozen=True)
class Relationships(Words):
    """Some of the kinds of relationship."""

    options: ClassVar[Sequence[str]] = tuple(Relationship)

    def parse(self, value: Any) -> list[str]:
        kinds = super().parse(value)
        odd = next((kind for kind in kinds if kind not in self.options), None)
        if odd is not None:
            raise ValueError(f"{odd!r} is none of {', '.join(self.options)}.")
        return kinds


class Account(MayBePrivate, Tagged, Record):
    """A customer, prospect, supplier, partner or competitor."""

    __tablename__ = "account"
    entity = "parties.Account"
    plural = "Accounts"
    headings = ACCOUNT_HEADINGS
    presentation = Presentation(
        icon="building-office-2",
        area="customers",
        rank=10,
        sought=True,
        facts=("status", "industry", "phone"),
        tabs={"parent_id": "Subsidiaries"},
        tones={"status": {"active": "green", "lost": "red", "blocked": "red"}},
        panels=(
            Panel(
                "accounts",
                "Recently changed accounts",
                60,
                mine="owner_id = me()",
                order_by="updated_at desc",
                columns=("name", "industry", "owner_id"),
                view="recent",
                empty="There is no account yet.",
            ),
        ),
    )

    name: Mapped[str] = field(Text(200), "Name", searched=True, listed=True)
    code: Mapped[str | None] = field(
        Text(40), "Code", searched=True, listed=True, unique=True, help="Your own number for it."
    )
    kinds: Mapped[list[str]] = field(Relationships(), "Relationship", listed=True)
    type: Mapped[str | None] = field(Choice("parties.account.type"), "Type")
    status: Mapped[str | None] = field(Choice("parties.account.status"), "Status", listed=True)
    industry: Mapped[str | None] = field(
        Choice("parties.account.industry"), "Industry", listed=True
    )
    country: Mapped[str | None] = field(
        Country(),
        "Country",
        listed=True,
        help="Taken from the first address when you leave it empty.",
    )
    parent_id: Mapped[UUID | None] = field(
        Tree("parties.Account", circle=_CIRCLE), "Subsidiary of", index=True
    )
    phone: Mapped[str | None] = field(Phone(), "Phone", section="Reach", searched=True)
    fax: Mapped[str | None] = field(Phone(), "Fax", section="Reach")
    email: Mapped[str | None] = field(Email(), "E-mail", section="Reach", searched=True)
    website: Mapped[str | None] = field(Url(), "Website", section="Reach", searched=True)
    addresses: Mapped[list[AccountAddress]] = field(
        Parts(AccountAddress), "Addresses", section="Reach"
    )
    annual_revenue: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Annual revenue", section="Company"
    )
    currency: Mapped[str | None] = field(
        Picklist(CURRENCIES), "Currency", initial="EUR", section="Company"
    )
    employees: Mapped[int | None] = field(Integer(low=0), "Employees", section="Company")
    founded_year: Mapped[int | None] = field(Year(), "Founded in", section="Company")
    tax_id: Mapped[str | None] = field(Text(40), "Tax id", section="Fiscal data", searched=True)
    trade_register: Mapped[str | None] = field(Text(80), "Trade register", section="Fiscal data")
    bank_accounts: Mapped[list[BankAccount]] = field(
        Parts(BankAccount), "Bank accounts", section="Fiscal data"
    )
    source: Mapped[str | None] = field(
        Choice("parties.account.source"), "Source", section="Background"
    )
    source_note: Mapped[str | None] = field(LongText(), "About the source", section="Background")
    description: Mapped[str | None] = field(LongText(), "Description", section="Background")

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.country = self.country or self._home()

    def check(self) -> None:
        if self.annual_revenue is None:
            return
        if self.annual_revenue < 0:
            raise Invalid(annual_revenue="Revenue cannot be negative; leave it empty when unknown.")
        if self.currency is None:
            raise Invalid(currency="Say in which currency the revenue is.")

    def _home(self) -> str | None:
        """The head office says where an account is at home; without one, the first address."""
        located = [address for address in self.addresses if address.country]
        located.sort(key=lambda address: address.kind != AddressKind.HEAD_OFFICE)
        return located[0].country if located else None
