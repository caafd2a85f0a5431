"""What a field may hold: how it is stored, how it crosses the wire, and what is wrong with a value.

`parse` takes the wire's form and answers Python's, or raises ValueError with a sentence for the
person who typed it; `show` goes the other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Numeric,
    Uuid,
)
from sqlalchemy import (
    Boolean as BooleanType,
)
from sqlalchemy import (
    Integer as IntegerType,
)
from sqlalchemy import Text as TextType
from sqlalchemy.types import TypeEngine

from kit.query import Kind as Comparison

N = TypeVar("N", int, Decimal)


@dataclass(frozen=True)
class Kind:
    """What every kind answers."""

    name: ClassVar[str] = "text"
    comparison: ClassVar[Comparison] = Comparison.TEXT
    options: ClassVar[Sequence[str]] = ()

    def column(self) -> TypeEngine[Any]:
        return TextType()

    def parse(self, value: Any) -> Any:
        return value

    def show(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Text(Kind):
    """One line of text, at most `length` characters."""

    length: int = 255

    def parse(self, value: Any) -> str | None:
        text = str(value).strip()
        if len(text) > self.length:
            raise ValueError(f"Use at most {self.length} characters; this has {len(text)}.")
        if "\x00" in text:
            raise ValueError("Take out the zero character.")
        return text or None


@dataclass(frozen=True)
class LongText(Text):
    """Text of several lines."""

    name: ClassVar[str] = "long_text"
    length: int = 20_000


@dataclass(frozen=True)
class Email(Text):
    """An e-mail address (RFC 5321), kept with its domain in lower case."""

    name: ClassVar[str] = "email"
    length: int = 254

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return None if text is None else _email(text)


def _email(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as wrong:
        raise ValueError(f"This is no e-mail address: {wrong}") from wrong


@dataclass(frozen=True)
class Phone(Text):
    """A telephone number, kept in E.164 form when it starts with its country code."""

    name: ClassVar[str] = "phone"
    length: int = 40

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return _phone(text) if text is not None and text.startswith(("+", "00")) else text


def _phone(text: str) -> str:
    import phonenumbers

    dialled = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(dialled, None)
    except phonenumbers.NumberParseException as wrong:
        raise ValueError("Write the number like +40 21 123 4567.") from wrong
    if not phonenumbers.is_possible_number(number):
        raise ValueError("This number has too few or too many digits.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True)
class Url(Text):
    """A web address; `https://` is put before a bare one."""

    name: ClassVar[str] = "url"
    length: int = 2_000

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        if text is None:
            return None
        address = text if "://" in text else f"https://{text}"
        if not address.lower().startswith(("http://", "https://")) or any(
            map(str.isspace, address)
        ):
            raise ValueError("Write a web address that starts with https://.")
        return address


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number."""

    name: ClassVar[str] = "integer"
    comparison: ClassVar[Comparison] = Comparison.INTEGER
    low: int | None = None
    high: int | None = None

    def column(self) -> TypeEngine[Any]:
        return IntegerType()

    def parse(self, value: Any) -> int | None:
        if isinstance(value, str) and not value.strip():
            return None
        try:
            number = int(value)
        except (TypeError, ValueError) as wrong:
            raise ValueError("Write a whole number.") from wrong
        return _within(number, -(2**31) if self.low is None else self.low, self.high or 2**31 - 1)


def _within(number: N, low: N, high: N) -> N:
    if number < low:
        raise ValueError(f"The least is {low}.")
    if number > high:
        raise ValueError(f"The most is {high}.")
    return number


@dataclass(frozen=True)
class Decimals(Kind):
    """An exact decimal number, kept as it was written; text on the wire, so that nothing rounds it."""

    name: ClassVar[str] = "decimal"
    comparison: ClassVar[Comparison] = Comparison.DECIMAL
    digits: int = 20
    places: int = 4

    def column(self) -> TypeEngine[Any]:
        return Numeric()

    def parse(self, value: Any) -> Decimal | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation as wrong:
            raise ValueError("Write a number like 1234.50, without separators.") from wrong
        return self._fitting(number)

    def _fitting(self, number: Decimal) -> Decimal:
        if not number.is_finite():
            raise ValueError("Write a number.")
        if number != round(number, self.places):
            raise ValueError(f"Use at most {self.places} decimals.")
        limit = Decimal(10) ** (self.digits - self.places)
        return _within(number, -limit + 1, limit - 1)

    def show(self, value: Any) -> str:
        return f"{value:f}"


@dataclass(frozen=True)
class Money(Decimals):
    """An exact amount in the currency that the field named `currency` holds."""

    name: ClassVar[str] = "money"
    currency: str = "currency"


@dataclass(frozen=True)
class Percent(Decimals):
    """A share of a hundred, 0 to 100."""

    name: ClassVar[str] = "percent"
    digits: int = 9
    places: int = 2
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100)

    def _fitting(self, number: Decimal) -> Decimal:
        return _within(super()._fitting(number), self.low, self.high)


@dataclass(frozen=True)
class Boolean(Kind):
    """Yes or no."""

    name: ClassVar[str] = "boolean"
    comparison: ClassVar[Comparison] = Comparison.BOOLEAN

    def column(self) -> TypeEngine[Any]:
        return BooleanType()

    def parse(self, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if not text:
            return None
        if text not in _TRUTH:
            raise ValueError("Write true or false.")
        return _TRUTH[text]


_TRUTH = {"true": True, "yes": True, "1": True, "on": True} | {
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day (ISO 8601, YYYY-MM-DD), the same in every zone."""

    name: ClassVar[str] = "date"
    comparison: ClassVar[Comparison] = Comparison.DATE

    def column(self) -> TypeEngine[Any]:
        return Date()

    def parse(self, value: Any) -> date | None:
        text = str(value).strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as wrong:
            raise ValueError("Write the day as YYYY-MM-DD.") from wrong

    def show(self, value: Any) -> str:
        return str(value.isoformat())


@dataclass(frozen=True)
class Instant(Kind):
    """A moment (RFC 3339), kept in UTC."""

    name: ClassVar[str] = "instant"
    comparison: ClassVar[Comparison] = Comparison.INSTANT

    def column(self) -> TypeEngine[Any]:
        return DateTime(timezone=True)

    def parse(self, value: Any) -> datetime | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise ValueError("Write the moment like 2026-05-01T09:30:00Z.") from wrong
        if moment.tzinfo is None:
            raise ValueError("Say the zone too, like 2026-05-01T09:30:00Z.")
        return moment.astimezone(UTC)

    def show(self, value: Any) -> str:
        return str(value.astimezone(UTC).isoformat().replace("+00:00", "Z"))


@dataclass(frozen=True)
class Picklist(Kind):
    """One of a few values fixed by the program."""

    name: ClassVar[str] = "picklist"
    comparison: ClassVar[Comparison] = Comparison.PICKLIST
    values: "type[StrEnum] | Sequence[str]" = ()

    @property
    def options(self) -> Sequence[str]:  # type: ignore[override]
        return [str(value) for value in self.values]

    def parse(self, value: Any) -> str | None:
        text = str(value).strip()
        if text and text not in self.options:
            raise ValueError(f"Choose one of: {_few(self.options)}.")
        return text or None


def _few(values: Sequence[str]) -> str:
    shown = ", ".join(values[:12])
    return f"{shown}, …" if len(values) > 12 else shown  # noqa: PLR2004


@dataclass(frozen=True)
class Choice(Kind):
    """One of the values of a list that administrators keep, e.g. `account.industry`."""

    name: ClassVar[str] = "choice"
    comparison: ClassVar[Comparison] = Comparison.PICKLIST
    list: str = ""

    def parse(self, value: Any) -> str | None:
        return str(value).strip() or None


@dataclass(frozen=True)
class Reference(Kind):
    """The id of another record; `here` when it lives in the same database."""

    name: ClassVar[str] = "reference"
    comparison: ClassVar[Comparison] = Comparison.UUID
    target: str = ""
    here: bool = False

    def column(self) -> TypeEngine[Any]:
        return Uuid()

    def parse(self, value: Any) -> UUID | None:
        text = str(value).strip()
        try:
            return UUID(text) if text else None
        except ValueError as wrong:
            raise ValueError(f"Give the id of a record; {text!r} is none.") from wrong

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class References(Kind):
    """The ids of other records, in order and each once."""

    name: ClassVar[str] = "references"
    comparison: ClassVar[Comparison] = Comparison.UUIDS
    target: str = ""

    def column(self) -> TypeEngine[Any]:
        return ARRAY(Uuid())

    def parse(self, value: Any) -> list[UUID]:
        one = Reference(self.target)
        return list(
            dict.fromkeys(known for each in value if (known := one.parse(each)) is not None)
        )

    def show(self, value: Any) -> list[str]:
        return [str(each) for each in value]


@dataclass(frozen=True)
class Custom(Kind):
    """The fields that administrators add: text by key, reached in filters as `custom.key`."""

    name: ClassVar[str] = "custom"
    comparison: ClassVar[Comparison] = Comparison.CUSTOM


@dataclass(frozen=True)
class Words(Kind):
    """Free words such as skills or tags, in order and each once."""

    name: ClassVar[str] = "words"
    comparison: ClassVar[Comparison] = Comparison.TEXTS
    length: int = 80

    def column(self) -> TypeEngine[Any]:
        return ARRAY(TextType())

    def parse(self, value: Any) -> list[str]:
        one = Text(self.length)
        return list(
            dict.fromkeys(known for each in value if (known := one.parse(each)) is not None)
        )

    def show(self, value: Any) -> list[str]:
        return list(value)
