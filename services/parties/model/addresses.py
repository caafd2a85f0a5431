"""Countries and postal addresses, as accounts, contacts and leads have them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from kit.entity import LongText, Part, Picklist, Text, row_field
from services.parties.model.countries import code


@dataclass(frozen=True)
class Country(Text):
    """A country, kept as its code in ISO 3166-1 alpha-2; its names are understood too."""

    name: ClassVar[str] = "country"
    length: int = 80

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return None if text is None else _code(text)


def _code(text: str) -> str:
    if (known := code(text)) is None:
        raise ValueError(f"{text!r} is no country; use its two letters, like DE or RO.")
    return known


class AddressKind(StrEnum):
    """What an address is for."""

    HEAD_OFFICE = "head_office"
    BRANCH = "branch"
    WAREHOUSE = "warehouse"
    BILLING = "billing"
    DELIVERY = "delivery"
    HOME = "home"
    OTHER = "other"


class Address(Part):
    """One of any number of postal addresses."""

    kind: str = row_field(Picklist(AddressKind), "Kind", initial=AddressKind.HEAD_OFFICE)
    street: str | None = row_field(LongText(200), "Street")
    city: str | None = row_field(Text(120), "City", index=True)
    region: str | None = row_field(Text(120), "Region")
    postal_code: str | None = row_field(Text(20), "Postal code")
    country: str | None = row_field(Country(), "Country", index=True)


class AccountAddress(Address, of="parties.Account"):
    """Where an account is."""


class ContactAddress(Address, of="parties.Contact"):
    """Where a contact is."""
