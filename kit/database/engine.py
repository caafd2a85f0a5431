"""One service's database: a session for what changes, prepared statements for what one alone can do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import orjson
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from kit.database import measuring
from kit.settings import Misconfigured, without_password

POOL = 8
_STATEMENT_SECONDS, _IDLE_SECONDS = 30, 60
_WAIT_SECONDS = 5
_START_SECONDS = 4


class Database:
    """The connections of one process: a SQLAlchemy engine that writes, an asyncpg pool that reads."""

    def __init__(self, engine: AsyncEngine, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.engine = engine
        self.pool = pool
        self.sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

    async def fetch(
        self, statement: str, arguments: Sequence[Any], seconds: float = 10
    ) -> list[asyncpg.Record]:
        """The rows of a statement that only reads."""
        async with self.connection() as connection:
            return list(await connection.fetch(statement, *arguments, timeout=seconds))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection for statements that are a transaction each."""
        with measuring.waited():
            connection = await self.pool.acquire(timeout=_WAIT_SECONDS)
        try:
            yield connection
        finally:
            await self.pool.release(connection)

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
        "timezone": "UTC",
        "statement_timeout": f"{statement_seconds}s",
        "idle_in_transaction_session_timeout": f"{idle_seconds}s",
    }
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=measuring.MeasuredPool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        pool_reset_on_return="rollback",
        # A statement that fails is told to the log, what people wrote into it is not.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"server_settings": {**session, "application_name": "rapport"}},
    )
    measuring.follow(engine)
    pool = await _reached(
        url,
        asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            init=_prepared,
            reset=_leave_as_is,
            server_settings={**session, "application_name": "rapport-read", "jit": "off"},
        ),
    )
    measuring.count_connections(engine, pool, most=2 * size)
    try:
        yield Database(engine, pool)
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
    """Statements are measured; JSON columns are passed on as they stand, without being taken apart."""
    connection.add_query_logger(measuring.logged)
    await connection.set_type_codec(
        "jsonb", encoder=str, decoder=lambda text: msgspec.Raw(text.encode()), schema="pg_catalog"
    )


async def _leave_as_is(connection: Any) -> None:
    """The pool only reads and changes no session state; the default reset costs a round trip."""
