"""A file comes in piece by piece and is written down line by line; memory holds a batch at most."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import UUID

from crm.v1 import imports_pb2 as pb
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import Invalid
from kit.importing.sheet import Sheet
from kit.importing.tables import import_job, import_line

_BATCH = 5_000
_COLUMNS = ("job_id", "number", "original", "state")

Pieces = AsyncIterator[pb.ImportPiece]


async def plan_of(pieces: Pieces) -> pb.ImportPlan:
    """The first piece says what to do with the others."""
    first = await anext(pieces, None)
    if first is None or first.WhichOneof("piece") != "plan":
        raise Invalid(plan="Send the plan before the file.")
    return first.plan


class Receiving:
    """One file on its way into the tables."""

    def __init__(self, pieces: Pieces) -> None:
        self.sheet = Sheet()
        self._pieces = pieces
        self._lines: list[tuple[int, str]] = []
        self._ended = False

    async def head(self) -> Sequence[str]:
        """Reads until the columns are known."""
        while not self.sheet.heading and not self._ended:
            await self._read()
        return self.sheet.heading

    async def _read(self) -> None:
        piece = await anext(self._pieces, None)
        self._ended = piece is None
        data = piece.data if piece is not None else b""
        self._lines.extend(self.sheet.feed(data, last=self._ended))

    async def write(self, session: AsyncSession, job_id: UUID) -> int:
        """Writes all lines of a job and answers how many there are."""
        total = 0
        while not self._ended:
            await self._read()
            if len(self._lines) >= _BATCH or self._ended:
                total += len(self._lines)
                await _copy(session, job_id, self._lines)
                self._lines.clear()
        return total


async def _copy(session: AsyncSession, job_id: UUID, lines: Iterable[tuple[int, str]]) -> None:
    """COPY takes thousands of lines at the price of one statement."""
    connection: Any = await (await session.connection()).get_raw_connection()
    rows = ((job_id, number, original, "waiting") for number, original in lines)
    await connection.driver_connection.copy_records_to_table(
        import_line.name, records=rows, columns=_COLUMNS
    )


async def write_job(session: AsyncSession, values: dict[str, Any], receiving: Receiving) -> None:
    """The job and its lines, in one transaction: a file that breaks off leaves nothing behind."""
    await session.execute(insert(import_job).values(**values, state="receiving"))
    total = await receiving.write(session, values["id"])
    done = update(import_job).where(import_job.c.id == values["id"])
    await session.execute(done.values(lines=total, state="running"))
