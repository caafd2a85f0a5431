"""The shapes in which the rows of a query are wanted, over whatever runs it."""

from typing import Any

from sqlalchemy import Executable


class Queries:
    """One row, one value or one column, made of the rows that `rows` gives."""

    async def rows(self, query: Executable, **given: Any) -> list[Any]:
        """The rows of a query, with the values for its parameters by name."""
        raise NotImplementedError

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
