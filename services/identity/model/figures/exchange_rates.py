"""What one euro buys of each currency, by day, and who says so."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Day,
    Decimals,
    Governs,
    Picklist,
    Presentation,
    Record,
    Text,
    field,
)
from kit.errors import Invalid

PIVOT = "EUR"
"""All rates are told in one currency, as the European Central Bank does; any two meet by way of it."""


class ExchangeRate(Record):
    """How much of a currency one euro buys on a day."""

    __tablename__ = "exchange_rate"
    __table_args__ = (Index("uq_exchange_rate_day", "currency", "day", unique=True),)
    entity = "identity.ExchangeRate"
    plural = "Exchange rates"
    title = "currency"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    no_bin = "A rate is written down anew as fast as it is restored."
    presentation = Presentation(
        icon="banknotes",
        area="administration",
        rank=172,
        owned=False,
        order_by="day desc, currency",
        facts=("day", "rate", "source"),
    )

    currency: Mapped[str] = field(
        Picklist(CURRENCIES), "Currency", listed=True, editable=False, creatable=True
    )
    day: Mapped[date] = field(
        Day(),
        "Day",
        listed=True,
        editable=False,
        creatable=True,
        help="It is in force from this day until the next one.",
    )
    rate: Mapped[Decimal] = field(
        Decimals(20, 8), "Rate", listed=True, help="How many units of the currency one euro buys."
    )
    source: Mapped[str | None] = field(
        Text(120), "Source", listed=True, help="Who says so, e.g. the central bank."
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        if self.source is None:
            self.source = "By hand"

    def check(self) -> None:
        if self.currency == PIVOT:
            raise Invalid(currency="One euro is one euro; choose another currency.")
        if self.rate <= 0:
            raise Invalid(rate="Give a number above 0.")
