"""The service `Imports` of one process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

from crm.v1 import bulk_pb2
from crm.v1 import imports_pb2 as pb
from crm.v1.imports_pb2_grpc import ImportsServicer
from sqlalchemy import insert, literal, select, update

from kit.actor import calling
from kit.bulk.bulks import Bulks
from kit.database.transaction import Transaction
from kit.entity.record import is_imported
from kit.errors import Denied, Invalid, NotFound, Refused, Unavailable
from kit.ids import record_id, uuid7
from kit.importing import undoing
from kit.importing.along import made
from kit.importing.file.guesses import Guess
from kit.importing.file.languages import is_central, months_first
from kit.importing.file.sheet import Sheet
from kit.importing.jobs import asker, guesses_of
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.plan import Plan
from kit.importing.mapping.references import Names
from kit.importing.opening import opened
from kit.importing.receiving import Findings, Receiving, bytes_of, plan_of, write_job
from kit.importing.report import job_row, lines_page, reported
from kit.importing.runner import Runner, may_import
from kit.importing.tables import import_job, import_line
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc

_IN_PART = (
    "Its lines are of several entities: correct the file of rejected lines, and take that in by the same"
    " plan."
)


class Imports(ImportsServicer):
    """Files taken in by this process, for its own entities."""

    def __init__(
        self, process: Process, records: Sequence[Records[Any, Any]], bulks: Bulks
    ) -> None:
        self.process, self._bulks = process, bulks
        self.records = {each.record.entity: each for each in records}
        self.runner = Runner(process, self.records)

    async def run(self) -> None:
        """Works on what was brought in, as long as the process lives."""
        await self.runner.run()

    async def Start(self, request: AsyncIterator[pb.ImportPiece], context: Any) -> pb.Import:
        message = await plan_of(request)
        plan, locale = Plan.of(message), self._locale()
        may_import(self._records(message.entity), calling(), plan)
        sheet = Sheet(message.encoding, message.delimiter, central=is_central(locale))
        async with opened(bytes_of(request), sheet, message.sheet) as source:
            values = await self._received(Receiving(source), message, plan, locale)
        self.runner.poke()
        return await self._report(values["id"])

    async def _received(
        self, receiving: Receiving, message: pb.ImportPlan, plan: Plan, locale: str
    ) -> dict[str, Any]:
        """Writes down the job and its lines, and answers the job's row."""
        heading, entity = list(await receiving.head()), message.entity
        delimiter = receiving.source.delimiter
        layout = await self._check(entity, plan, heading, delimiter)
        findings = Findings(layout, months_first=months_first(locale))
        values = self._values(plan, heading, entity, message) | {"delimiter": delimiter}
        async with self.process.database.transaction() as transaction:
            in_part = message.HasField("part")
            await write_job(transaction, values, receiving, findings, in_part=in_part)
        return values

    async def Get(self, request: pb.ImportRequest, context: Any) -> pb.Import:
        return await self._report(record_id(request.id))

    async def Lines(self, request: pb.ImportLinesRequest, context: Any) -> pb.ImportLines:
        async with self._seen(record_id(request.id)) as (transaction, row):
            return await lines_page(transaction, row.id, request)

    async def Retry(self, request: pb.ImportPlan, context: Any) -> pb.Import:
        async with self.process.work(calling(), rpc.current(), request) as work:
            policy, id_ = self.process.policy, record_id(request.import_id)
            row = await job_row(work.transaction, policy, calling(), id_)
            plan = Plan.of(request).over(Plan(**row.plan))
            may_import(self._records(row.entity), calling(), plan)
            if row.plan.get("after") or row.plan.get("along"):
                raise Refused(_IN_PART)
            await self._refuse_again(work, row, dry_run=request.dry_run)
            await self._check(row.entity, plan, row.heading, row.delimiter, guesses_of(row))
            values = self._values(plan, row.heading, row.entity, request)
            await self._copy(work, row, values)
            made = await job_row(work.transaction, policy, calling(), values["id"])
            reply = await reported(work.transaction, made)
            work.answer(reply)
        self.runner.poke()
        return reply

    async def Release(self, request: pb.ImportRequest, context: Any) -> pb.Import:
        async with self._seen(record_id(request.id)) as (transaction, row):
            if row.state != "receiving" or row.importer_id != calling().person_id:
                raise Refused("This import does not wait to be begun.")
            begun = update(import_job).where(import_job.c.id == row.id)
            await transaction.count(begun.values(state="running", leased_until=None))
        self.runner.poke()
        return await self._report(row.id)

    async def Made(self, request: pb.MadeRequest, context: Any) -> pb.MadeLines:
        async with self.process.database.transaction() as transaction:
            return await made(transaction, request)

    async def Undo(self, request: pb.ImportRequest, context: Any) -> bulk_pb2.Bulk:
        async with self._seen(record_id(request.id)) as (transaction, row):
            if why := undoing.why_not(self.process, row, calling()):
                raise Refused(why)
            if back := await undoing.taken_back_by(transaction, row.id):
                name = f"{self.process.name}.{back}"
                raise Refused(f"This was taken back already, by bulk {name}.")
        asked, rows = undoing.asked(row.entity), partial(undoing.rows_of, of=row.id)
        return await self._bulks.begin(request, asked, rows, undo_of=row.id)

    def _records(self, entity: str) -> Records[Any, Any]:
        found = self.records.get(entity)
        if found is None:
            raise Invalid(entity=f"{self.process.name} has no entity {entity!r}.")
        if not is_imported(found.record):
            plural = found.record.plural
            raise Invalid(entity=f"{plural} come about by what people do; no file makes them.")
        return found

    def _locale(self) -> str:
        """The language and country of whoever calls: they settle what could be read in two ways."""
        people, person_id = self.process.policy.organisation.people, calling().person_id
        person = people.get(person_id) if person_id else None
        return person.locale if person else ""

    async def _check(
        self,
        entity: str,
        plan: Plan,
        heading: list[str],
        delimiter: str,
        guesses: Mapping[str, Guess] | None = None,
    ) -> Layout:
        """Says at once what every line would be rejected for."""
        records = self._records(entity)
        plan.check(self.process.policy, calling(), records.record, heading)
        permit = self.process.policy.permit(calling(), records.record)
        layout = plan.layout(permit, heading, delimiter, guesses=guesses)
        names = Names(self.process, layout, asker(self.process.name))
        for source in layout.references():
            await self._check_reference(names, layout.target(source), source.path.text, source.by)
        return layout

    async def _check_reference(self, names: Names, target: str, path: str, by: str) -> None:
        try:
            await names.check(target, by)
        except Unavailable:
            # The lines will wait for the other service; the plan need not.
            return
        except (Denied, Invalid, NotFound) as wrong:
            raise Invalid(columns=f"{path!r}: {wrong.message}") from wrong

    def _values(
        self, plan: Plan, heading: Sequence[str], entity: str, message: pb.ImportPlan
    ) -> dict[str, Any]:
        """The row of a new job."""
        return {
            "id": uuid7(),
            "entity": entity,
            "importer_id": calling().person_id,
            # A process that starts afresh goes on only when it knows the policy of now.
            "min_epoch": max(calling().min_epoch, self.process.policy.epoch),
            "file_name": message.file_name[:255],
            "plan": plan.kept(),
            "dry_run": message.dry_run,
            "heading": heading,
            "ignored": [column for column in heading if column not in plan.columns],
        }

    async def _refuse_again(self, work: Work, row: Any, *, dry_run: bool) -> None:
        """Lines are taken in again once, or a second press of the button would double them."""
        if row.ended_at is None:
            raise Refused("This import is running; wait until it is done.")
        later = select(import_job.c.id).where(
            import_job.c.retry_of == row.id, import_job.c.dry_run.is_(False)
        )
        again = await work.value(later)
        if again is not None and not dry_run:
            name = f"{self.process.name}.{again}"
            raise Refused(f"These lines were taken in again by import {name}; go on from there.")

    async def _copy(self, work: Work, row: Any, values: dict[str, Any]) -> None:
        """A new job over the rejected lines; of a dry run that went for nothing, over all."""
        more = {
            "file_name": values["file_name"] or row.file_name,
            "delimiter": row.delimiter,
            "encoding": row.encoding,
            "guessed": row.guessed,
            "retry_of": row.id,
            "state": "running",
        }
        await work.transaction.count(insert(import_job).values(**values | more))
        lines = select(
            literal(values["id"]), import_line.c.number, import_line.c.original, literal("waiting")
        ).where(import_line.c.job_id == row.id)
        if values["dry_run"] or not row.dry_run:
            lines = lines.where(import_line.c.state.in_(("rejected", "waiting")))
        columns = ["job_id", "number", "original", "state"]
        copied = await work.transaction.count(insert(import_line).from_select(columns, lines))
        counted = update(import_job).where(import_job.c.id == values["id"])
        await work.transaction.count(counted.values(lines=copied))

    async def _report(self, job_id: UUID) -> pb.Import:
        async with self._seen(job_id) as (transaction, row):
            found = await reported(transaction, row)
            back = await undoing.taken_back_by(transaction, row.id)
            found.undone_by = str(back or "")
            found.undoable = await undoing.is_undoable(
                transaction, self.process, row, calling(), back
            )
            return found

    @asynccontextmanager
    async def _seen(self, job_id: UUID) -> AsyncIterator[tuple[Transaction, Any]]:
        async with self.process.database.transaction() as transaction:
            yield transaction, await job_row(transaction, self.process.policy, calling(), job_id)
