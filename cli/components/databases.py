"""One database and one login role per service, made where they are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

# Exclusion constraints, search by likeness, and search without accents.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


@dataclass(frozen=True)
class Database:
    """A service's own database; its role has the same name and owns it."""

    name: str
    password: str

    def url(self, administrative_url: str) -> str:
        server = urlsplit(administrative_url)
        host = server.netloc.rpartition("@")[2]
        login = f"{quote(self.name)}:{quote(self.password, safe='')}"
        return urlunsplit(server._replace(netloc=f"{login}@{host}", path=f"/{quote(self.name)}"))


async def ensure_databases(administrative_url: str, databases: Iterable[Database]) -> None:
    """Make what is missing of databases, roles and extensions; a second call changes nothing."""
    missing = [each for each in databases if not await _can_sign_in(each.url(administrative_url))]
    if not missing:
        return
    administrator = await asyncpg.connect(administrative_url)
    try:
        for database in missing:
            await _create(administrator, database)
    finally:
        await administrator.close()
    for database in missing:
        await _create_extensions(administrative_url, database)


async def _can_sign_in(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError):
        return False
    try:
        found = await connection.fetchval(
            "SELECT count(*) FROM pg_extension WHERE extname = ANY($1)", list(EXTENSIONS)
        )
        return bool(found == len(EXTENSIONS))
    finally:
        await connection.close()


async def _create(administrator: asyncpg.Connection, database: Database) -> None:
    name = _quoted(database.name)
    if not await administrator.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", database.name):
        await administrator.execute(f"CREATE ROLE {name}")
    password = await administrator.fetchval("SELECT quote_literal($1::text)", database.password)
    await administrator.execute(f"ALTER ROLE {name} LOGIN PASSWORD {password}")
    if not await administrator.fetchval(
        "SELECT 1 FROM pg_database WHERE datname = $1", database.name
    ):
        # Only a member of the role may hand a database to it, and not every administrator is one.
        await administrator.execute(f"GRANT {name} TO CURRENT_USER")
        await administrator.execute(f"CREATE DATABASE {name} OWNER {name}")
    await administrator.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")


async def _create_extensions(administrative_url: str, database: Database) -> None:
    url = urlunsplit(urlsplit(administrative_url)._replace(path=f"/{quote(database.name)}"))
    connection = await asyncpg.connect(url)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {_quoted(extension)}")
    finally:
        await connection.close()


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
