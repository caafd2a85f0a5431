"""Kinds that hold text: names, addresses, numbers to call."""

from dataclasses import dataclass
from typing import Any, ClassVar

from kit.entity.kinds.kind import Kind


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
