"""The way to the mail server (XC-07): encrypted, signed in, and never in the clear by mistake."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtplib import SMTPException

from kit.ids import uuid7
from kit.mail.letters import Letter, message_of
from kit.mail.server import MailServer
from kit.settings import Misconfigured, ServiceSettings
from tests.house import House
from tests.kit.mail.server import PASSWORD, USER, Server, signed_in

_ID, _AT = uuid7(), datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Server]:
    server = Server(**signed_in(tmp_path))
    server.start()
    yield server
    server.stop()


def _settings(house: House, server: str, **said: str) -> ServiceSettings:
    known = {"DATABASE_URL": "postgresql://nowhere", "RAPPORT_SMTP_HOST": server} | said
    return ServiceSettings.load(house.environment("scheduling") | known)


async def _send(settings: ServiceSettings, said: Letter) -> None:
    message = message_of(said, _ID, settings.mail_from, _AT)
    async with MailServer.of(settings).connected() as connection:
        await connection.send(said.address, message)


async def test_letters_go_over_starttls_by_a_user(
    house: House,
    secured: Server,
    said: Letter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    known = {"RAPPORT_SMTP_USER": USER, "RAPPORT_SMTP_PASSWORD": PASSWORD}
    await _send(_settings(house, secured.address, **known), said)
    assert len(secured.taken) == 1
    with pytest.raises(SMTPException):
        await _send(
            _settings(house, secured.address, **known | {"RAPPORT_SMTP_PASSWORD": "no"}), said
        )
    assert len(secured.taken) == 1


async def test_a_server_that_nobody_vouches_for_gets_nothing(
    house: House, secured: Server, said: Letter
) -> None:
    with pytest.raises((SMTPException, OSError)):
        await _send(_settings(house, secured.address), said)
    assert secured.taken == []


async def test_a_server_without_tls_gets_nothing_unless_it_may(
    house: House, server: Server, said: Letter
) -> None:
    with pytest.raises(SMTPException):
        await _send(_settings(house, server.address), said)
    assert server.taken == []
    await _send(_settings(house, server.address, RAPPORT_SMTP_TLS="none"), said)
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"RAPPORT_SMTP_HOST": "mail.example.com"},
        {"RAPPORT_SMTP_HOST": "mail.example.com:smtp"},
        {"RAPPORT_MAIL_FROM": "nobody"},
        {"RAPPORT_SMTP_TLS": "none", "RAPPORT_SMTP_PASSWORD": "x"},
    ],
)
def test_settings_that_make_no_sense_stop_the_start(house: House, said: dict[str, str]) -> None:
    assert MailServer.of(_settings(house, "mail.example.com:587")).port == 587
    with pytest.raises(Misconfigured) as wrong:
        MailServer.of(_settings(house, "mail.example.com:587", **said))
    assert next(iter(said)) in str(wrong.value)


def test_a_word_that_is_no_way_to_encrypt_stops_the_start(house: House) -> None:
    with pytest.raises(Misconfigured, match="RAPPORT_SMTP_TLS"):
        _settings(house, "mail.example.com:587", RAPPORT_SMTP_TLS="maybe")
