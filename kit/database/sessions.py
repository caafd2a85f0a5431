"""SQLAlchemy's own sessions, for code that has to wait for its statements as they go: Authlib's."""

import time
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from kit.database.measuring import logged, observe


def engine_of(url: str, size: int, settings: dict[str, str]) -> AsyncEngine:
    """An engine whose statements are measured as all others are; it connects when first used."""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_reset_on_return="rollback",
        # It rests for long, and the server may have ended what it held meanwhile.
        pool_pre_ping=True,
        # A statement that fails is told to the log, what people wrote into it is not.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"server_settings": settings},
    )
    _follow(engine)
    return engine


def sessions_of(engine: AsyncEngine) -> "async_sessionmaker[AsyncSession]":
    """Sessions whose objects stay readable after the end."""
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


def _follow(engine: AsyncEngine) -> None:
    """Time what the engine runs: its statements, and the transactions around them."""

    def before(_: Any, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
        context.begun = time.perf_counter()

    def after(_: Any, __: Any, statement: str, ____: Any, context: Any, _____: bool) -> None:
        observe(statement, time.perf_counter() - context.begun)

    def connected(connection: Any, _: Any) -> None:
        # The driver prepares statements, which asyncpg does not log; what it does log is COMMIT
        # and its like, which SQLAlchemy tells nobody.
        connection.driver_connection.add_query_logger(logged)

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
    event.listen(engine.sync_engine, "connect", connected)
