"""Countries and postal addresses, as accounts, contacts and leads have them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from kit.entity import Picklist, Row, Text, row_field


@dataclass(frozen=True)
class Country(Text):
    """A country, kept as its code in ISO 3166-1 alpha-2; its English name is understood too."""

    name: ClassVar[str] = "country"
    length: int = 80

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return None if text is None else _code(text)


@lru_cache(maxsize=1024)
def _code(text: str) -> str:
    # The list of countries is read when the first one is looked up, not at every start.
    import pycountry

    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError as wrong:
        raise ValueError(f"{text!r} is no country; use its two letters, like DE or RO.") from wrong


class AddressKind(StrEnum):
    """What an address is for."""

    HEAD_OFFICE = "head_office"
    BRANCH = "branch"
    WAREHOUSE = "warehouse"
    BILLING = "billing"
    DELIVERY = "delivery"
    HOME = "home"
    OTHER = "other"


class Address(Row):
    """One of any number of postal addresses."""

    kind: str = row_field(Picklist(AddressKind), "Kind", initial=AddressKind.HEAD_OFFICE)
    street: str | None = row_field(Text(200), "Street")
    city: str | None = row_field(Text(120), "City")
    region: str | None = row_field(Text(120), "Region")
    postal_code: str | None = row_field(Text(20), "Postal code")
    country: str | None = row_field(Country(), "Country")
