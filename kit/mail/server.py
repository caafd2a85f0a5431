"""The mail server that the settings name, and one connection to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from aiosmtplib import SMTP, SMTPRecipientsRefused, SMTPResponseException

from kit.mail.letters import address_of
from kit.settings import Misconfigured, ServiceSettings, Tls, is_here

_SECONDS = 20.0
_FOR_GOOD = range(500, 600)
_NOT_NOW = {530, 535}
"""Refusals that say something of us and not of the letter: it waits until the settings are mended."""


class NotTaken(Exception):  # noqa: N818 - it says what happened
    """The server did not take a letter; `for_good` if it never will."""

    def __init__(self, told: str, *, for_good: bool) -> None:
        super().__init__(told)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and how."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """As the settings say, or one sentence on what is wrong with them."""
        host, colon, port = settings.smtp_host.rpartition(":")
        if not (colon and host and port.isdecimal()):
            raise Misconfigured(f"RAPPORT_SMTP_HOST={settings.smtp_host!r}: write host:port.")
        if settings.smtp_password and settings.smtp_tls is Tls.NONE and not is_here(host):
            raise Misconfigured(
                "RAPPORT_SMTP_TLS=none would send RAPPORT_SMTP_PASSWORD in the clear to "
                f"{host}: use starttls or tls."
            )
        try:
            sender = address_of(settings.mail_from).addr_spec
        except ValueError as wrong:
            raise Misconfigured(
                f"RAPPORT_MAIL_FROM={settings.mail_from!r} is no address ({wrong})."
            ) from wrong
        user, password = settings.smtp_user, settings.smtp_password
        return cls(host.strip("[]"), int(port), settings.smtp_tls, user, password, sender)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Connection"]:
        """A connection, signed in and encrypted as the settings want it."""
        client = SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls is Tls.TLS,
            start_tls=self.tls is Tls.STARTTLS,
            username=self.user or None,
            password=self.password or None,
            timeout=_SECONDS,
        )
        async with client:
            yield Connection(client, self.sender)


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection, over which any number of letters go."""

    client: SMTP
    sender: str

    async def send(self, recipient: str, message: bytes) -> None:
        """Hands one letter over; NotTaken with what the server said against this one."""
        options = [] if recipient.isascii() and self.sender.isascii() else ["SMTPUTF8"]
        try:
            await self.client.sendmail(self.sender, recipient, message, mail_options=options)
        except SMTPRecipientsRefused as refused:
            raise _not_taken(refused.recipients[0]) from refused
        except SMTPResponseException as refused:
            raise _not_taken(refused) from refused


def _not_taken(refused: SMTPResponseException) -> NotTaken:
    for_good = refused.code in _FOR_GOOD and refused.code not in _NOT_NOW
    return NotTaken(f"{refused.code} {refused.message}", for_good=for_good)
