"""What alembic runs; all of it lives in kit/database/migrate.py."""

import asyncio

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

from kit.database.migrate import run_with


async def _online() -> None:
    service, url = context.config.attributes["service"], context.config.attributes["url"]
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(run_with, service)
    await engine.dispose()


asyncio.run(_online())
