"""A good or service that is offered for sale."""

from decimal import Decimal

from sqlalchemy.orm import Mapped

from kit.entity import (
    CURRENCIES,
    Boolean,
    Governs,
    LongText,
    Money,
    Picklist,
    Presentation,
    Record,
    Text,
    field,
)
from kit.errors import Invalid


class Product(Record):
    """A good or service that is offered for sale."""

    __tablename__ = "product"
    entity = "sales.Product"
    plural = "Products"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    presentation = Presentation(icon="cube", area="sales", rank=90, owned=False, sought=True)

    name: Mapped[str] = field(Text(200), "Name", searched=True, listed=True)
    code: Mapped[str | None] = field(Text(40), "Code", searched=True, listed=True, unique=True)
    category: Mapped[str | None] = field(Text(80), "Category", searched=True, listed=True)
    series: Mapped[str | None] = field(Text(80), "Series", searched=True, listed=True)
    model: Mapped[str | None] = field(Text(80), "Model", searched=True)
    active: Mapped[bool] = field(Boolean(), "Offered now", initial=True, listed=True)
    price: Mapped[Decimal | None] = field(
        Money(currency="currency"),
        "Price",
        section="Price",
        listed=True,
        help="Of one unit, before tax.",
    )
    currency: Mapped[str | None] = field(
        Picklist(CURRENCIES), "Currency", section="Price", initial="EUR"
    )
    unit: Mapped[str | None] = field(
        Text(40), "Unit", section="Price", help="For example piece, hour or licence a year."
    )
    description: Mapped[str | None] = field(LongText(), "Description", section="About")

    def check(self) -> None:
        if self.price is None:
            return
        if self.price < 0:
            raise Invalid(price="A price cannot be negative.")
        if self.currency is None:
            raise Invalid(currency="Say in which currency the price is.")
