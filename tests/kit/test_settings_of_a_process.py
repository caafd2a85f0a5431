"""Settings: read once, from the environment or from files; a misspelt one stops the start."""

from pathlib import Path

import pytest

from gateway.config import Settings as GatewaySettings
from kit.settings import Misconfigured, ServiceSettings, require_safe_address
from services.identity.config import Settings as IdentitySettings

GIVEN = {
    "RAPPORT_CONTEXT_KEY": "k",
    "RAPPORT_CONTEXT_KEYS": "/keys",
    "DATABASE_URL": "postgresql://x",
}


def test_a_setting_comes_from_the_environment_or_has_its_default() -> None:
    settings = ServiceSettings.load(GIVEN | {"RAPPORT_POOL_SIZE": "3"})
    assert (settings.pool_size, settings.log_level) == (3, "info")


def test_a_setting_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://secret\n")
    settings = ServiceSettings.load(GIVEN | {"DATABASE_URL_FILE": str(secret)})
    assert settings.database_url == "postgresql://secret"
    with pytest.raises(Misconfigured, match="DATABASE_URL_FILE"):
        ServiceSettings.load(GIVEN | {"DATABASE_URL_FILE": str(tmp_path / "none")})


def test_an_unknown_setting_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="RAPPORT_LOGLEVEL"):
        ServiceSettings.load(GIVEN | {"RAPPORT_LOGLEVEL": "debug"})


def test_a_missing_and_a_wrong_setting_are_named() -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        ServiceSettings.load({name: text for name, text in GIVEN.items() if name != "DATABASE_URL"})
    with pytest.raises(Misconfigured, match="RAPPORT_POOL_SIZE"):
        ServiceSettings.load(GIVEN | {"RAPPORT_POOL_SIZE": "many"})


def test_peers_are_read_by_name() -> None:
    settings = ServiceSettings.load(GIVEN | {"RAPPORT_PEERS": "a=h:1, b=h:2"})
    assert settings.addresses() == {"a": "h:1", "b": "h:2"}


@pytest.mark.parametrize(
    "address",
    [
        "https://crm.example.com",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:8000",
        "http://a.localhost",
    ],
)
def test_an_address_that_keeps_secrets_is_taken(address: str) -> None:
    require_safe_address("RAPPORT_PUBLIC_URL", address)


@pytest.mark.parametrize(
    "address",
    [
        "http://crm.example.com",
        "http://10.0.0.1:8000",
        "http://localhost.example.com",
        "http://0.0.0.0",
    ],
)
def test_an_address_in_the_clear_off_this_machine_stops_the_start(address: str) -> None:
    """Security review, low: passwords and sessions travelled readable for everybody on the way."""
    given = GIVEN | {"RAPPORT_PUBLIC_URL": address, "REDIS_URL": "redis://x"}
    for settings in (GatewaySettings, IdentitySettings):
        taken = {
            name: text
            for name, text in given.items()
            if settings is IdentitySettings or name != "DATABASE_URL"
        }
        with pytest.raises(Misconfigured, match="https://"):
            settings.load(taken)
