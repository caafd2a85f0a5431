"""A letter, and the message that it becomes: text and HTML, with the headers that mail readers go by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from uuid import UUID

_LONGEST = 200
_PART = r'[^\s@<>(),;:"\\\[\]]+'
_ADDRESS = re.compile(f"{_PART}@{_PART}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that goes along as a file (RFC 4180)."""

    name: str
    csv: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person.

    With `unsubscribe`, an address that ends such letters by one POST, mail readers offer to do so.
    """

    kind: str
    address: str
    name: str
    language: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""
    tables: Sequence[Table] = ()


def message_of(letter: Letter, id: UUID, sender: str, at: datetime) -> bytes:
    """The message of a letter (RFC 5322), the same however often it is sent."""
    ours = address_of(sender)
    ascii_only = letter.address.isascii() and ours.addr_spec.isascii()
    message = EmailMessage(SMTP if ascii_only else SMTPUTF8)
    message["From"] = ours
    message["To"] = Address(one_line(letter.name), addr_spec=letter.address)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{ours.domain}>"
    # Nobody's absence is answered to a letter that no person wrote (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        # RFC 2369 says where, RFC 8058 that a POST of this is enough.
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for each in letter.tables:
        message.add_attachment(
            each.csv,
            maintype="text",
            subtype="csv",
            params={"charset": "utf-8"},
            filename=one_line(each.name),
        )
    # Said of the whole, and so after its parts, which take such headers over.
    message["Content-Language"] = letter.language
    return message.as_bytes()


def is_reachable(address: str) -> bool:
    """Whether a letter can be sent to an address at all."""
    return _ADDRESS.fullmatch(address) is not None and address.isprintable()


def address_of(sender: str) -> Address:
    """`Rapport <crm@example.com>` in its parts."""
    name, spec = parseaddr(sender)
    return Address(name, addr_spec=spec)


def one_line(words: str) -> str:
    """Words as a header takes them: whatever would begin another line, or shows nothing, is a blank."""
    visible = "".join(each if each.isprintable() else " " for each in words)
    return " ".join(visible.split())[:_LONGEST]
