"""What other imports of the same file made of a line: the records that it takes along, and refers to."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.v1 import imports_pb2 as pb
from crm.v1.imports_pb2_grpc import ImportsStub
from sqlalchemy import select

from kit.actor import Actor, calling, calls
from kit.database.transaction import Transaction
from kit.errors import NotFound, Unavailable
from kit.ids import record_id
from kit.importing.mapping.lines import Line
from kit.importing.mapping.references import Reason
from kit.importing.tables import import_job, import_line
from kit.records.process import Process

_WAITS = "It waits for what the lines take along: import {}."
_NOT_TAKEN = "What stands here was not taken in: {}"
_STOPPED = "The import of what stands here stopped: {}"


class Along:
    """The imports that go before this one, by the reference that their records fill."""

    def __init__(self, process: Process, after: Mapping[str, str], asker: Actor) -> None:
        self._process, self._after, self._asker = process, after, asker

    async def fill(self, lines: Sequence[Line]) -> None:
        """Lets each line refer to what was made of it before; Unavailable while that is underway."""
        for field, name in self._after.items():
            made = await self._made(name, [line.number for line in lines])
            for line in lines:
                if line.state in ("", "rejected"):
                    _fill(line, field, made.get(line.number))

    async def _made(self, name: str, numbers: Sequence[int]) -> Mapping[int, pb.MadeOfLine]:
        service, _, import_id = name.partition(".")
        person = str(calling().person_id or "")
        request = pb.MadeRequest(id=import_id, person_id=person, numbers=numbers)
        found = await self._asked(service, request)
        if not found.ended:
            raise Unavailable(_WAITS.format(name))
        return {each.number: each for each in found.lines}

    async def _asked(self, service: str, request: pb.MadeRequest) -> pb.MadeLines:
        if service == self._process.name:
            async with self._process.database.transaction() as transaction:
                return await made(transaction, request)
        channel: Any = self._process.peers.channel(service)
        person = calling()
        calls(self._asker)
        try:
            answer: pb.MadeLines = await ImportsStub(channel).Made(request)
        finally:
            calls(person)
        return answer


def _fill(line: Line, field: str, made: pb.MadeOfLine | None) -> None:
    if made is None or made.state == "skipped":
        return
    if made.record_id:
        line.values[field] = UUID(made.record_id)
    elif made.state == "created":
        # A trial makes nothing: what it would have made counts as there.
        line.promised.add(field)
    else:
        told = _NOT_TAKEN if made.state == "rejected" else _STOPPED
        line.state, line.reasons[field] = "rejected", Reason(told.format(made.reason))


async def made(transaction: Transaction, request: pb.MadeRequest) -> pb.MadeLines:
    """What an import made of lines, for whoever began it and for nobody else."""
    job = await transaction.row(select(import_job).where(import_job.c.id == record_id(request.id)))
    if job is None or str(job.importer_id) != request.person_id:
        raise NotFound("There is no such import.")
    if job.ended_at is None:
        return pb.MadeLines()
    lines = select(import_line).where(
        import_line.c.job_id == job.id, import_line.c.number.in_(request.numbers)
    )
    told = [_told(row, job.error) for row in await transaction.rows(lines)]
    return pb.MadeLines(ended=True, lines=told)


def _told(row: Any, error: str) -> pb.MadeOfLine:
    reasons = (
        f"{name}: {each['why']}" if name else each["why"] for name, each in row.reasons.items()
    )
    return pb.MadeOfLine(
        number=row.number,
        state=row.state,
        record_id=str(row.record_id or ""),
        reason=" ".join(reasons) or error,
    )
