"""Settings: read once, from the environment or from files; a misspelt one stops the start."""

from pathlib import Path

import pytest

from kit.settings import Misconfigured, ServiceSettings

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
