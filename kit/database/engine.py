"""One service's database: its connections, for statements by themselves and for transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from kit.database import measuring
from kit.database.sessions import engine_of, sessions_of
from kit.database.statements import Statements
from kit.database.transaction import Transaction
from kit.settings import Misconfigured, without_password

POOL = 8
_STATEMENT_SECONDS, _IDLE_SECONDS = 30, 60
_WAIT_SECONDS = 5
_START_SECONDS = 4


class Database:
    """The connections of one process.

    Half of them at most are lent to transactions, so that one that has to ask something beside itself,
    as a copy of another service's record, never waits for a connection that waits for it.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", engine: AsyncEngine, transactions: int
    ) -> None:
        self.pool = pool
        self.engine = engine
        self.sessions = sessions_of(engine)
        self.statements = Statements()
        self._transactions = asyncio.Semaphore(transactions)

    async def fetch(
        self, statement: str, arguments: Sequence[Any], seconds: float = 10
    ) -> list[asyncpg.Record]:
        """The rows of a statement that is a transaction by itself."""
        async with self.connection() as connection:
            return list(await connection.fetch(statement, *arguments, timeout=seconds))

    async def rows(self, query: Executable, **given: Any) -> list[Any]:
        """The rows of one of SQLAlchemy's statements, with the values for its parameters by name."""
        statement = self.statements.of(query)
        return statement.rows(await self.fetch(statement.text, statement.arguments(given)))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection for statements that are a transaction each."""
        with measuring.waited():
            connection = await self.pool.acquire(timeout=_WAIT_SECONDS)
        try:
            yield connection
        finally:
            await self.pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """What happens inside is kept together, or not at all when something is raised."""
        transaction = Transaction(self)
        try:
            yield transaction
            await transaction.commit()
        finally:
            await transaction.close()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """Statements that all see what stood at the first of them, and change nothing."""
        transaction = Transaction(self, isolation="repeatable_read", readonly=True)
        try:
            yield transaction
        finally:
            await transaction.close()

    async def lent(self) -> Any:
        """A connection for a transaction."""
        with measuring.waited():
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._transactions.acquire()
            try:
                return await self.pool.acquire(timeout=_WAIT_SECONDS)
            except BaseException:
                self._transactions.release()
                raise

    async def give_back(self, connection: Any) -> None:
        """Takes a connection back that was lent."""
        try:
            await self.pool.release(connection)
        finally:
            self._transactions.release()

    async def answers(self) -> bool:
        """Whether a statement comes back."""
        try:
            return bool(await self.pool.fetchval("select true", timeout=3))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False


@asynccontextmanager
async def connected(
    url: str,
    size: int = POOL,
    statement_seconds: int = _STATEMENT_SECONDS,
    idle_seconds: int = _IDLE_SECONDS,
) -> AsyncIterator[Database]:
    """Opens a database and closes it again; migrations have connections without these limits."""
    session = {
        "application_name": "rapport",
        "timezone": "UTC",
        "statement_timeout": f"{statement_seconds}s",
        "idle_in_transaction_session_timeout": f"{idle_seconds}s",
    }
    pool = await _reached(
        url,
        asyncpg.create_pool(
            url,
            min_size=1,
            max_size=2 * size,
            init=_prepared,
            reset=_leave_as_is,
            server_settings={**session, "jit": "off"},
        ),
    )
    measuring.count_connections(pool, most=2 * size)
    engine = engine_of(url, size, session)
    try:
        yield Database(pool, engine, transactions=size)
    finally:
        await pool.close()
        await engine.dispose()


async def _reached(url: str, opening: Awaitable[Any]) -> Any:
    """What is being opened; a database that is not there ends the start with one sentence."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            return await opening
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as wrong:
        raise Misconfigured(
            f"DATABASE_URL: PostgreSQL at {without_password(url)} does not let us in "
            f"({str(wrong) or 'no answer'})."
        ) from wrong


async def _prepared(connection: Any) -> None:
    """Statements are measured; JSON and numbers are passed on as they stand, without being taken apart.

    From its binary form the driver makes 5E+4 of 50000.
    """
    connection.add_query_logger(measuring.logged)
    await connection.set_type_codec(
        "jsonb", encoder=str, decoder=lambda text: msgspec.Raw(text.encode()), schema="pg_catalog"
    )
    await connection.set_type_codec("numeric", encoder=str, decoder=Decimal, schema="pg_catalog")


async def _leave_as_is(connection: Any) -> None:
    """Nothing changes the state of a session; the default reset costs a round trip."""
