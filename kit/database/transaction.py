"""One transaction of one connection, begun with the first statement that needs it, and what it answers."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import asyncpg
from sqlalchemy import Executable

if TYPE_CHECKING:
    from kit.database.engine import Database


class Queries(ABC):
    """One row, one value or one column, made of the rows that `rows` gives."""

    @abstractmethod
    async def rows(self, query: Executable, **given: Any) -> list[Any]:
        """The rows of a query, with the values for its parameters by name."""

    async def row(self, query: Executable, **given: Any) -> Any:
        """The first row, or None."""
        return next(iter(await self.rows(query, **given)), None)

    async def value(self, query: Executable, **given: Any) -> Any:
        """The first value of the first row, or None."""
        row = await self.row(query, **given)
        return None if row is None else row[0]

    async def values(self, query: Executable, **given: Any) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in await self.rows(query, **given)]


class Transaction(Queries):
    """Runs statements that are kept or undone together.

    A statement is one of SQLAlchemy's, with the values for its parameters by name. It is compiled once
    if it is a constant of its module, and each time if it is built anew.
    """

    def __init__(self, database: "Database", **kind: Any) -> None:
        self._database = database
        self._kind = kind
        self._connection: Any = None
        self._begun: Any = None

    @property
    def is_open(self) -> bool:
        """Whether something was done that is to be kept or undone."""
        return self._connection is not None

    async def connection(self) -> Any:
        """The driver's connection, in the transaction."""
        if self._connection is None:
            self._connection = await self._database.lent()
            self._begun = self._connection.transaction(**self._kind)
            await self._begun.start()
        return self._connection

    async def fetch(self, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """The rows of a statement as the driver takes it and gives them."""
        connection = await self.connection()
        rows: Sequence[Any] = await connection.fetch(text, *arguments)
        return rows

    async def rows(self, query: Executable, **given: Any) -> list[Any]:
        """The rows that a statement gives."""
        statement = self._database.statements.of(query)
        return statement.rows(await self.fetch(statement.text, statement.arguments(given)))

    async def stream(self, query: Executable, **given: Any) -> AsyncIterator[Any]:
        """The rows of a statement, a few at a time."""
        statement = self._database.statements.of(query)
        connection = await self.connection()
        async for row in connection.cursor(statement.text, *statement.arguments(given)):
            (read,) = statement.rows([row])
            yield read

    async def batches(
        self, text: str, arguments: Sequence[Any], size: int
    ) -> AsyncIterator[Sequence[Any]]:
        """The rows of a statement as the driver gives them, so many at a time."""
        connection = await self.connection()
        cursor = await connection.cursor(text, *arguments)
        while rows := await cursor.fetch(size):
            yield rows

    async def count(self, query: Executable, **given: Any) -> int:
        """How many rows a statement changed that gives none."""
        statement = self._database.statements.of(query)
        connection = await self.connection()
        status: str = await connection.execute(statement.text, *statement.arguments(given))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def commit(self) -> None:
        """Keeps what was done; what follows is another transaction."""
        if self._connection is not None:
            await self._begun.commit()
            self._begun = None
            await self.close()

    async def close(self) -> None:
        """Gives the connection back; what was not committed is undone."""
        if self._connection is not None:
            await asyncio.shield(self._given_back())

    async def _given_back(self) -> None:
        connection, begun = self._connection, self._begun
        self._connection = self._begun = None
        try:
            if begun is not None and not connection.is_closed():
                await begun.rollback()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            # A connection of which nobody knows how it stands is of no use to anybody.
            connection.terminate()
        finally:
            await self._database.give_back(connection)
