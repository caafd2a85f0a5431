"""Migrations: `python -m kit.database.migrate sales` brings a service's database to its schema.

A newer database than the program is refused: an old program must not write into it.
"""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Index, text

from kit.database.engine import Database
from kit.database.tables import metadata
from kit.settings import Misconfigured, one
from kit.telemetry import metrics

_ROOT = Path(__file__).parents[2]
_LOCK = 7_203_001
# Columns that only the release before reads; a migration of the next may drop them.
LEAVING = frozenset({"search"})


def configuration(service: str, url: str = "") -> Config:
    """Alembic's view of one service."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(_ROOT / "services" / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"service": service, "url": url}
    return config


def head(service: str) -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(configuration(service)).get_current_head() or ""


def upgrade(service: str, url: str) -> None:
    """Brings a database to the newest revision; several at once wait for one another."""
    config = configuration(service, url)
    try:
        command.upgrade(config, "head")
    except CommandError as wrong:
        if "locate revision" in str(wrong):
            raise SystemExit(_newer(service)) from wrong
        raise


async def require_current(database: Database, service: str) -> None:
    """Stops the start when the schema is not the one this program was written for."""
    wanted = head(service)
    found = await _revision(database)
    metrics.SCHEMA_REVISION.labels(found or "", wanted).set(1)
    known = {
        each.revision
        for each in ScriptDirectory.from_config(configuration(service)).walk_revisions()
    }
    if found is not None and found not in known:
        raise Misconfigured(_newer(service))
    if found != wanted:
        raise Misconfigured(
            f"The database of {service} is older than the program; run its migration."
        )


async def _revision(database: Database) -> str | None:
    try:
        found: str | None = await database.pool.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return found


def _newer(service: str) -> str:
    return f"The database of {service} is newer than this program; start the newer release."


def tables_of(service: str) -> set[str]:
    """The tables of one service: its entities' and the kit's."""
    importlib.import_module(f"services.{service}.main")
    foreign = {
        mapper.local_table.name
        for mapper in _mappers()
        if mapper.class_.__module__.split(".")[:2] != ["services", service]
        and mapper.class_.__module__.startswith("services.")
    }
    return set(metadata.tables) - foreign


def _mappers() -> Any:
    from kit.entity import Record

    return Record.registry.mappers


def run_with(connection: Connection, service: str) -> None:
    """Runs under alembic: one at a time, with a bounded wait for locks, a transaction each.

    A migration may leave its transaction to build an index while others write.
    """
    from alembic import context

    _wait_for_turn(connection)
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.commit()
    own = tables_of(service)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=lambda name, kind, _: kind != "table" or name in own,
        include_object=comparable,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def comparable(
    _: object,
    name: str | None,
    kind: str,
    reflected: bool,
    __: object,
) -> bool:
    """What alembic can tell apart: it does not read the expressions of indexes over folded text."""
    if kind in ("index", "unique_constraint"):
        return name not in {index.name for index in over_folded_text()}
    return not (reflected and kind == "column" and name in LEAVING)


def over_folded_text() -> list[Index]:
    """The declared indexes whose expressions call `folded` or `folded_words`."""
    declared = (index for table in metadata.tables.values() for index in table.indexes)
    return [each for each in declared if "folded" in " ".join(map(str, each.expressions))]


def _wait_for_turn(connection: Connection) -> None:
    """Asks again and again: whoever waited inside a statement would hold up the building of an index."""
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})")):
        connection.execute(text("SELECT pg_sleep(0.2)"))
        connection.commit()


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004
        raise SystemExit("Say which service: python -m kit.database.migrate sales")
    upgrade(sys.argv[1], one("DATABASE_URL", os.environ))
