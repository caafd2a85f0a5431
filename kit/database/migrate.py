"""Migrations: `python -m kit.database.migrate sales` brings a service's database to its schema.

With a revision, as in `… sales 0016`, it is taken back to that one, whose program can be started then.

A schema names the oldest program that it serves: `serves_from`, the newest revision which that
program knew. A migration that takes away what programs still used says so by a `serves_from` of its
own; all others only add, and leave it as it was. So the release before runs on the schema of the next
one, and a program too old for a schema is refused: it must not write into it.
"""

import asyncio
import importlib
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Index, Table, text

from kit.database.engine import Database
from kit.database.tables import DECLARED_IN, metadata
from kit.settings import Misconfigured, one, without_password
from kit.telemetry import metrics
from kit.telemetry.logs import log

_ROOT = Path(__file__).parents[2]
_LOCK = 7_203_001
# Columns that only the release before reads; a migration of the next may drop them.
LEAVING = frozenset({"search"})
OF_CUSTOM_FIELDS = ("cx_", "cu_", "cw_")
"""So begin the names of indexes that `kit/indexing` builds."""
_SCHEMA = """
    SELECT version_num AS revision,
        split_part(obj_description('alembic_version'::regclass, 'pg_class'), '=', 2) AS serves_from
    FROM alembic_version
"""


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


def known(service: str) -> list[Any]:
    """The revisions that this program knows, newest first."""
    return list(ScriptDirectory.from_config(configuration(service)).walk_revisions())


def serves_from(service: str) -> str:
    """The oldest program that the newest schema serves; the first one where none says otherwise."""
    revisions = known(service)
    said = (getattr(each.module, "serves_from", None) for each in revisions)
    return str(next(filter(None, said), revisions[-1].revision))


def upgrade(service: str, url: str) -> None:
    """Brings a database to the newest revision; several at once wait for one another."""
    config = configuration(service, url)
    try:
        command.upgrade(config, "head")
    except CommandError as wrong:
        if "locate revision" not in str(wrong):
            raise
        if not asyncio.run(_served(service, url)):
            raise SystemExit(_newer(service)) from wrong
    except OSError as gone:
        raise SystemExit(
            f"DATABASE_URL: PostgreSQL at {without_password(url)} does not answer ({gone})."
        ) from gone


def take_back(service: str, url: str, revision: str) -> None:
    """Brings a database to the schema of an older program, by what this one knows of the way."""
    command.downgrade(configuration(service, url), revision)


async def _served(service: str, url: str) -> bool:
    """Whether a schema that we do not know says that it serves us."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchrow(_SCHEMA)
    finally:
        await connection.close()
    return found["serves_from"] in {each.revision for each in known(service)}


async def require_current(database: Database, service: str) -> None:
    """Stops the start when the schema is neither the one we were written for nor one that serves us."""
    wanted, ours = head(service), {each.revision for each in known(service)}
    found, oldest = await _schema(database)
    metrics.SCHEMA_REVISION.labels(found or "", wanted).set(1)
    if found is not None and found not in ours and oldest not in ours:
        raise Misconfigured(_newer(service))
    if found is None or (found in ours and found != wanted):
        raise Misconfigured(
            f"The database of {service} is older than the program; run its migration."
        )
    if found != wanted:
        log.warning("schema.newer", revision=found, required=wanted, serves_from=oldest)


async def _schema(database: Database) -> tuple[str | None, str | None]:
    try:
        [found] = await database.fetch(_SCHEMA, ())
    except asyncpg.UndefinedTableError:
        return None, None
    return found["revision"], found["serves_from"]


def _newer(service: str) -> str:
    return f"The database of {service} is newer than this program; start the newer release."


def tables_of(service: str) -> set[str]:
    """The tables of one service: its entities' and the kit's."""
    importlib.import_module(f"services.{service}.main")
    return {name for name, table in metadata.tables.items() if not _is_foreign(table, service)}


def _is_foreign(table: Table, service: str) -> bool:
    """Whether another service declares it, as an entity or as parts of one."""
    rooms = str(table.info.get(DECLARED_IN, "")).split(".")
    return rooms[0] == "services" and rooms[1] != service


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
        on_version_apply=partial(_say_whom_it_serves, connection, serves_from(service)),
    )
    with context.begin_transaction():
        context.run_migrations()


def _say_whom_it_serves(connection: Connection, oldest: str, **_: Any) -> None:
    """In the transaction of each migration; until the last has run, only its own program starts."""
    connection.execute(text(f"COMMENT ON TABLE alembic_version IS 'serves_from={oldest}'"))


def comparable(
    _: object,
    name: str | None,
    kind: str,
    reflected: bool,
    __: object,
) -> bool:
    """What alembic can tell apart: it does not read the expressions of indexes over folded text.

    Nor is it asked about those that follow from the custom fields of an organisation.
    """
    if kind in ("index", "unique_constraint"):
        if name is not None and name.startswith(OF_CUSTOM_FIELDS):
            return False
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
    match sys.argv[1:]:
        case [service]:
            upgrade(service, one("DATABASE_URL", os.environ))
        case [service, revision]:
            take_back(service, one("DATABASE_URL", os.environ), revision)
        case _:
            raise SystemExit("Say which service: python -m kit.database.migrate sales")
