"""Leads over gRPC: their conversion, and what answers for them afterwards."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from crm.parties.v1 import leads_pb2 as pb
from crm.parties.v1.leads_pb2_grpc import LeadsServicer

from kit.actor import calling
from kit.custom_fields.fields import of_texts
from kit.entity import Level
from kit.errors import Conflict, Moved, NotFound
from kit.records import Process, Records, Said, Work, verb
from kit.records.read.json_views import shown_json
from kit.records.read.leading import ids_after
from kit.records.read.listing import chosen
from kit.rpc import call as rpc
from services.parties.conversion import Converted, convert, converted, finished, recalled
from services.parties.model.conversions import Conversion
from services.parties.model.leads import Lead
from services.parties.undoing import Undoing

_MERGED_INTO = ids_after(Lead)


class _Tried(Exception):  # noqa: N818 - it says what happened
    """A trial has gone well and is taken back."""


class Leads(Records[Lead, pb.Lead], LeadsServicer):
    """Possible customers, before they are one."""

    record, message, listing = Lead, pb.Lead, pb.LeadList

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        process.recalls[Lead.entity] = recalled

    async def Get(self, request: Any, context: Any) -> Any:
        try:
            return await super().Get(request, context)
        except Moved:
            raise
        except NotFound:
            return await self._as_it_was(request)

    async def _as_it_was(self, request: Any) -> Any:
        """A converted lead with what it became, to those who could see it."""
        async with self.process.work(calling()) as work:
            lead = (await self._conversion(work, _id(request.id))).as_lead()
        permit = self.permit()
        names = chosen(request.fields, permit.seen(self.shape.names), permit.custom.fields)
        custom = of_texts(permit.custom.fields, permit.custom.unveiled(lead.custom))
        if rpc.current().json:
            body = shown_json(lead, names, custom)
            return self.message(json=body, version=lead.version)
        return self.shape.to_message(lead, names, custom)

    async def _conversion(self, work: Work, lead_id: UUID) -> Conversion:
        """What a lead became; of one that was merged the survivor tells it, to whoever may see that."""
        for each in await work.rows(_MERGED_INTO, id=lead_id):
            if await work.find(Conversion, each.id, instead_of=Lead):
                raise Moved(moved_from=str(lead_id), moved_to=str(each.id))
        return await converted(work, lead_id, Level.READ)

    # By itself: what became of the lead stands for it afterwards, and sales is asked after the commit.
    @verb(by_itself=True)
    async def Convert(self, request: Any, said: Said) -> pb.ConvertedLead:
        try:
            known = await self._converted(request, said)
        except Conflict:
            # Somebody else was faster, and this call is answered with what became of it.
            known = await self._converted(request, said)
        return _shown(await finished(self.process, known))

    # By itself: it is another record that is found, and a trial is taken back.
    @verb(by_itself=True)
    async def UndoConversion(self, request: Any, said: Said) -> pb.UndoneConversion:
        told = pb.UndoneConversion()
        with suppress(_Tried):
            async with self.work(None if said.dry_run else request) as work:
                told = await Undoing(work, self, request).undo()
                if said.dry_run:
                    raise _Tried
                work.answer(told)
        return told

    async def _converted(self, request: Any, said: Said) -> Converted:
        # The lead's id alone makes the call safe to repeat, so no answer is kept beside it.
        async with self.process.work(calling(), rpc.current()) as work:
            lead = await work.find(Lead, request.id, Level.EDIT)
            if lead is None:
                return Converted(await self._converted_before(work, request))
            await self.same_version(work, lead, request)
            return await convert(work, lead, said)

    async def _converted_before(self, work: Work, request: Any) -> Conversion:
        try:
            return await converted(work, _id(request.id), Level.EDIT)
        except NotFound:
            # A lead that may only be read is refused; any other does not exist.
            await work.get(Lead, request.id, Level.EDIT)
            raise


def _shown(known: Conversion) -> pb.ConvertedLead:
    return pb.ConvertedLead(
        id=str(known.id),
        state=known.state,
        account_id=str(known.account_id),
        contact_id=str(known.contact_id) if known.contact_id else None,
        opportunity_id=str(known.opportunity_id) if known.opportunity_id else None,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong
