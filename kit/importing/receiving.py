"""A file comes in piece by piece and is written down line by line; memory holds a batch at most."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from crm.v1 import imports_pb2 as pb
from sqlalchemy import insert, text, update

from kit.database.transaction import Transaction
from kit.errors import Invalid
from kit.importing.file.guesses import Guess, Survey
from kit.importing.mapping.layout import Layout, holding
from kit.importing.opening import Source
from kit.importing.tables import import_job, import_line

_BATCH = 5_000
_BREATH = 100
_RELEASED_BY = text("now() + interval '10 minutes'")
_COLUMNS = ("job_id", "number", "original", "state")

Pieces = AsyncIterator[pb.ImportPiece]


async def plan_of(pieces: Pieces) -> pb.ImportPlan:
    """The first piece says what to do with the others."""
    first = await anext(pieces, None)
    if first is None or first.WhichOneof("piece") != "plan":
        raise Invalid(plan="Send the plan before the file.")
    return first.plan


async def bytes_of(pieces: Pieces) -> AsyncIterator[bytes]:
    """What follows the plan."""
    async for piece in pieces:
        yield piece.data


class Receiving:
    """One file on its way into the tables."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._lines: list[tuple[int, str]] = []
        self._ended = False

    async def head(self) -> Sequence[str]:
        """Reads until the columns are known."""
        await self._read()
        while not self.source.heading and not self._ended:
            await self._read()
        return self.source.heading

    async def _read(self) -> None:
        lines = await self.source.more()
        self._ended = lines is None
        self._lines.extend(lines or ())

    async def write(self, transaction: Transaction, job_id: UUID, findings: "Findings") -> int:
        """Writes all lines of a job and answers how many there are."""
        total = 0
        while True:
            if len(self._lines) >= _BATCH or self._ended:
                total += len(self._lines)
                await _copy(transaction, job_id, self._lines)
                await findings.look(self._lines)
                self._lines.clear()
            if self._ended:
                return total
            await self._read()


class Findings:
    """What the lines of a file speak for, looked at while they go by."""

    def __init__(self, layout: Layout, *, months_first: bool) -> None:
        self._layout = layout
        self._months_first = months_first
        self._columns = {
            source.place: source for source in layout.sources if source.place is not None
        }
        holds = ((place, holding(source.kind)) for place, source in self._columns.items())
        self._survey = Survey(holds)

    async def look(self, lines: Iterable[tuple[int, str]]) -> None:
        """Takes lines into account; one that cannot be read is rejected when its turn comes."""
        for number, (_, original) in enumerate(lines):
            if number % _BREATH == 0:
                # Others wait for this process too.
                await asyncio.sleep(0)
            with contextlib.suppress(ValueError):
                self._survey.add(self._layout.cells(original))

    @property
    def guesses(self) -> Mapping[str, Guess]:
        """The forms of columns of which nothing was said."""
        found = self._survey.guesses(months_first=self._months_first)
        return {
            self._columns[place].column: guess
            for place, guess in found.items()
            if not self._columns[place].form
        }

    def refuse_unsettled(self) -> None:
        """Days that could be read in two ways are never taken in by a guess that nobody has seen."""
        open_ = {name: each for name, each in self.guesses.items() if each.asked}
        if open_:
            questions = (
                f"{name!r} can be read in several ways, for example {each.example!r};"
                f" say its form, e.g. {each.form!r}, or look at a dry run first."
                for name, each in open_.items()
            )
            raise Invalid(forms=" ".join(questions))

    def kept(self) -> dict[str, Any]:
        """As it is stored with the import."""
        formed = {name: asdict(each) for name, each in self.guesses.items() if _matters(each)}
        return {"forms": formed, "empty_words": self._survey.empty_words}


def _matters(guess: Guess) -> bool:
    """Whether a guess says more than that all stands as fields read it."""
    return bool(guess.example)


async def _copy(transaction: Transaction, job_id: UUID, lines: Iterable[tuple[int, str]]) -> None:
    """COPY takes thousands of lines at the price of one statement."""
    connection = await transaction.connection()
    rows = ((job_id, number, original, "waiting") for number, original in lines)
    await connection.copy_records_to_table(import_line.name, records=rows, columns=_COLUMNS)


async def write_job(
    transaction: Transaction,
    values: dict[str, Any],
    receiving: Receiving,
    findings: Findings,
    *,
    in_part: bool = False,
) -> None:
    """The job and its lines, in one transaction: a file that breaks off leaves nothing behind.

    What is part of a file of several entities begins when it is released, since another part may yet be
    refused; one that never is ends by itself.
    """
    await transaction.count(insert(import_job).values(**values, state="receiving"))
    total = await receiving.write(transaction, values["id"], findings)
    if not values["dry_run"]:
        findings.refuse_unsettled()
    done = update(import_job).where(import_job.c.id == values["id"])
    source = receiving.source
    found = findings.kept() | ({"sheet": source.sheet} if source.sheet else {})
    news: dict[str, Any] = {"encoding": source.encoding, "guessed": found}
    news |= {"leased_until": _RELEASED_BY} if in_part else {"state": "running"}
    await transaction.count(done.values(lines=total, **news))
