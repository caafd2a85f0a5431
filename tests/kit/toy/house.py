"""Toys served in the house of this test run, on a database of their own."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import ECKey
from sqlalchemy.ext.asyncio import create_async_engine

from cli.components.databases import Database, ensure_databases
from kit.access.entries import Default
from kit.beside.files.migrating import CONTENT_COMES_LOOSE, ON_CONTENT_LOST
from kit.custom_fields.readers import custom_list_readers, custom_readers
from kit.database.additions import AS_READ
from kit.database.tables import metadata
from kit.settings import ServiceSettings
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from kit.text.folding import folding_function, words_function
from kit.texts.migrating import ON_VERSION, TEXT_WAITS
from tests.house import House
from tests.kit.toy.model import TABLES
from tests.kit.toy.service import toys as toy_service

_DEFAULT = UUID(int=(9 << 64) | 1)
_OF_THE_KIT = {"history", "share", "answered", "outbox", "inbox", "dead_letter", "policy_item"}
_OF_THE_KIT |= {"import_job", "import_line", "reference_copy", "export_log"}
_OF_THE_KIT |= {"file", "file_version", "file_opening", "loose_content"}
_OF_THE_KIT |= {"note", "note_version", "letter"}
_OF_THE_KIT |= {"bulk_job", "bulk_row"}
_OF_THE_KIT |= {"follower", "followed_change"}
_OF_THE_KIT |= {"search_word", "search_source", "file_text"}
_OF_THE_KIT |= {"merge", "moved_along", "followed_merge"}
_OF_THE_KIT |= {"duplicate_key", "duplicate_due", "duplicate_pair", "duplicate_scan"}


async def _any_schema(database: object, service: str) -> None:
    """A schema made from the declarations has no revision; migrations are proven per service."""


async def served(house: House, name: str = "toys") -> Serving:
    """Starts the service of toys, under another name when a test wants one for itself."""
    _admit(house, name)
    database = Database(f"rapport_{name}", "test")
    await ensure_databases(house.postgres.url, [database])
    url = database.url(house.postgres.url)
    await _create_tables(url)
    settings = ServiceSettings.load(house.environment(name) | {"DATABASE_URL": url})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kit.service_runner.require_current", _any_schema)
        serving = await Serving.start(toy_service(settings, name), house.peers())
    house.serving[name] = serving
    return serving


def _admit(house: House, name: str) -> None:
    """The house knows eight processes; this is one more, with an address and a key."""
    key = ECKey.generate_key("P-256")
    house.keys[name] = key.as_pem(private=True).decode()
    (house.keys_folder / f"{name}.pem").write_bytes(key.as_pem(private=False))
    house.addresses[name] = house._address()


async def _create_tables(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    kits = [table for name, table in metadata.tables.items() if name in _OF_THE_KIT]
    async with engine.begin() as connection:
        await connection.exec_driver_sql(folding_function())
        await connection.exec_driver_sql(words_function())
        await connection.exec_driver_sql(AS_READ)
        for statement in (*custom_readers(), *custom_list_readers()):
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("create sequence if not exists toy_number")
        await connection.run_sync(metadata.create_all, tables=[*kits, *TABLES])
        for statement in (CONTENT_COMES_LOOSE, ON_CONTENT_LOST, TEXT_WAITS, ON_VERSION):
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(scope="session")
async def toys(house: House) -> AsyncIterator[Serving]:
    """The service of toys, one for the whole run."""
    if "toys" in house.serving:
        yield house.serving["toys"]
        return
    serving = await served(house)
    for key in ("region", "size", "color", "colour", "k"):
        await organisation_of(serving).custom("toys.Toy", key)
    yield serving
    await serving.stop()


@pytest.fixture(scope="session")
def organisation(toys: Serving) -> TestOrganisation:
    """The policy of the toys; people of a test see only what is theirs unless it says more."""
    return organisation_of(toys)


async def opened(organisation: TestOrganisation, level: str) -> None:
    """How open toys are to everybody; always the same part of the policy, so that the last word holds."""
    await organisation.publish("default", Default("toys.Toy", level), _DEFAULT)


@pytest.fixture
async def private(organisation: TestOrganisation) -> AsyncIterator[None]:
    """Toys are their owners' own, for as long as a test lasts."""
    await opened(organisation, "private")
    yield
    await opened(organisation, "edit")


def organisation_of(serving: Serving) -> Any:
    """One organisation for each service, whose epochs and keys go on rising."""
    known = serving.__dict__
    return known.setdefault("organisation", TestOrganisation(serving))
