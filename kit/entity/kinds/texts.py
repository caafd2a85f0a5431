"""Kinds that hold text: names, addresses, numbers to call."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from kit.entity.kinds.kind import Kind
from kit.text.lines import one_line, several_lines
from kit.text.telephone import kept


@dataclass(frozen=True)
class Text(Kind):
    """One line of text, at most `length` characters, with something to see."""

    length: int = 255

    def parse(self, value: Any) -> str | None:
        return self._bounded(one_line(str(value)))

    def _bounded(self, text: str) -> str | None:
        if len(text) > self.length:
            raise ValueError(f"Use at most {self.length} characters; this has {len(text)}.")
        return text or None


@dataclass(frozen=True)
class LongText(Text):
    """Text of several lines."""

    name: ClassVar[str] = "long_text"
    length: int = 20_000

    def parse(self, value: Any) -> str | None:
        return self._bounded(several_lines(str(value)))


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
    """A telephone number, kept in E.164 form when it starts with its country code.

    An extension is part of the number, in the form of RFC 3966: `+12065550100;ext=5467`.
    """

    name: ClassVar[str] = "phone"
    length: int = 40

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        return None if text is None else kept(text)


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
        if not _is_web_address(address):
            raise ValueError("Write a web address like https://www.example.com.")
        return address


_HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))+\.?")


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return not any(map(str.isspace, address)) and _has_host(parts)
    except ValueError:
        return False


def _has_host(parts: SplitResult) -> bool:
    """A name with a dot or an address of the Internet; who signs in is nobody's business here."""
    host = parts.hostname or ""
    if parts.scheme.lower() not in ("http", "https") or parts.username or parts.port == 0:
        return False
    return bool(_HOST.fullmatch(host)) if host.rpartition(".")[2][:1].isalpha() else _is_ip(host)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
