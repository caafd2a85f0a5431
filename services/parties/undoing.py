"""The way back of a conversion: the lead stands again, and what was made of it goes.

What somebody changed or used since stays and is told. All services are asked before anything is done,
sales takes its opportunity back by a call, and whatever else followed the lead hears that it stands.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.parties.v1 import leads_pb2 as pb
from crm.v1 import merges_pb2
from crm.v1.merges_pb2_grpc import MergesStub
from sqlalchemy import Uuid, bindparam, delete, func, select

from kit.entity import Instant, Level, Record
from kit.errors import Conflict, NotFound, Refused
from kit.ids import record_id
from kit.merging.beside import move_back
from kit.merging.made.asking import uses_of
from kit.merging.made.uses import AS_MADE, NAMED, Made
from kit.merging.merging import keyed_anew
from kit.merging.reverting import reverted
from kit.merging.tables import merge, moved_along
from kit.records import Records, Work
from kit.records.bin.moving import put_into_bin, take_from_bin
from services.parties.conversion import converted
from services.parties.existing import may_write
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.conversions import GONE_AS, Conversion
from services.parties.model.leads import Lead

# Whose records may name what a conversion makes.
_ELSEWHERE = ("sales", "campaigns", "helpdesk", "scheduling")
# What each of these records says of the others that were made with it.
_NAMED_BY = {
    ("sales.Opportunity", "parties.Contact"): "contact_id",
    ("sales.Opportunity", "parties.Account"): "account_id",
    ("parties.Contact", "parties.Account"): "account_id",
}
_HERE: Mapping[str, type[Record]] = {each.entity: each for each in (Account, Contact)}
_TOO_LATE = "A conversion is taken back for {days} days; this one is older."
_STANDS = "This lead was not converted, so there is nothing to take back."
_UNDER_WAY = "The opportunity is still being made; take the conversion back in a moment."
_USED = "Somebody changed what the conversion made a moment ago; look at it again."

_LINES: Any = Conversion.__table__
_ALONG = select(func.count()).where(moved_along.c.merge_id == bindparam("id", type_=Uuid()))

Uses = dict[UUID, list[merges_pb2.RecordUse]]


class Undoing:
    """What one call takes back of the conversion of a lead."""

    def __init__(
        self, work: Work, records: Records[Any, Any], request: pb.UndoConversionRequest
    ) -> None:
        self._work, self._records, self._request = work, records, request
        self._process = work.process

    async def undo(self) -> pb.UndoneConversion:
        known, lead = await self._held()
        uses = await self._uses(known)
        told = self._told(known)
        told.records.extend(self._record(each, uses) for each in known.made)
        told.records.extend(await self._given_back(known))
        await self._put_away([each for each in known.made if not uses[each[1]]])
        told.stayed = await self._restore(lead, known)
        await self._work.flush()
        if not self._request.dry_run:
            await self._tell_sales(known, uses)
            told.version = lead.version
        return told

    async def _held(self) -> tuple[Conversion, Lead]:
        """The conversion and its lead, both until the end, for whoever might convert it once more."""
        work = self._work
        known = await self._converted()
        await self._records.same_version(work, known.as_lead(), self._request)
        if not known.done:
            raise Refused(_UNDER_WAY)
        lead = await work.find(Lead, known.id, Level.EDIT, binned=True)
        if lead is None or lead.gone_as != GONE_AS or self._until(known) < datetime.now(UTC):
            raise Refused(_TOO_LATE.format(days=self._days))
        await work.hold(lead)
        if lead.gone_as != GONE_AS:
            raise NotFound
        return known, lead

    async def _converted(self) -> Conversion:
        """What the lead became, for whoever may convert it."""
        work, id_ = self._work, record_id(self._request.id)
        try:
            return await converted(work, id_, Level.EDIT)
        except NotFound:
            if await work.find(Lead, id_) is not None:
                raise Refused(_STANDS) from None
            raise

    @property
    def _days(self) -> int:
        settings: Any = self._process.settings
        return int(settings.bin_days)

    def _until(self, known: Conversion) -> datetime:
        return known.converted_at + timedelta(days=self._days)

    def _told(self, known: Conversion) -> pb.UndoneConversion:
        show = Instant().show
        return pb.UndoneConversion(
            id=str(known.id),
            at=str(show(known.converted_at)),
            by=known.converted_by,
            until=str(show(self._until(known))),
        )

    async def _uses(self, known: Conversion) -> Uses:
        """Why each record stays; what another one names that stays has to stay with it."""
        of: Made = (Lead.entity, known.id)
        found = await uses_of(self._process, of, known.made, _ELSEWHERE)
        uses = {id_: list(found[id_]) for _, id_ in known.made}
        for entity, id_ in known.made:
            for below, other in known.made:
                field = _NAMED_BY.get((below, entity))
                if field and uses[other]:
                    uses[id_].append(
                        merges_pb2.RecordUse(
                            made_id=str(id_),
                            what=NAMED,
                            entity=below,
                            id=str(other),
                            field=field,
                            count=1,
                        )
                    )
        return uses

    def _record(self, made: Made, uses: Uses) -> pb.UnconvertedRecord:
        entity, id_ = made
        what = "kept" if uses[id_] else "binned"
        return pb.UnconvertedRecord(entity=entity, id=str(id_), what=what, uses=uses[id_])

    async def _given_back(self, known: Conversion) -> list[pb.UnconvertedRecord]:
        """Records that were there before say again what they said, where nobody changed it since."""
        there = [(Contact, known.contact_id), (Account, known.account_id)]
        new = {id_ for _, id_ in known.made}
        return [
            await self._say_again(kind, id_, (known.given or {}).get(kind.entity))
            for kind, id_ in there
            if id_ and id_ not in new
        ]

    async def _say_again(
        self, kind: type[Record], id_: UUID, given: Mapping[str, Any] | None
    ) -> pb.UnconvertedRecord:
        told = pb.UnconvertedRecord(entity=kind.entity, id=str(id_), what="existing")
        found = await self._work.find(kind, id_, Level.EDIT)
        if not given:
            return told
        if found is None:
            told.kept.extend(self._seen(kind, given["before"]))
            return told
        values, kept = reverted(found, given["before"], given["after"])
        free = await may_write(self._work, found, list(values))
        for name in free:
            setattr(found, name, values[name])
        told.emptied.extend(self._seen(kind, free))
        told.kept.extend(self._seen(kind, [*kept, *(each for each in values if each not in free)]))
        return told

    def _seen(self, kind: type[Record], names: Sequence[str] | Mapping[str, Any]) -> list[str]:
        permit = self._work.permit(kind)
        return [each for each in names if permit.sees(each)]

    async def _put_away(self, made: Sequence[Made]) -> None:
        for entity, id_ in made:
            if (kind := _HERE.get(entity)) and (found := await self._work.find(kind, id_)):
                if found.version != AS_MADE:
                    raise Conflict(_USED)
                put_into_bin(self._work, found)

    async def _restore(self, lead: Lead, known: Conversion) -> int:
        """The lead as it was, with what stood beside it; how much of that could not come along."""
        work, heir = self._work, known.contact_id or known.account_id
        moved = await work.value(_ALONG, id=lead.id)
        back = await move_back(work, lead.id, lead, heir)
        await work.run(delete(merge).where(merge.c.id == lead.id))
        # Past the unit of work: what stands beside the conversion's id stands beside the lead.
        await work.run(_LINES.delete().where(_LINES.c.id == known.id))
        lead.gone_as = None
        take_from_bin(lead)
        await keyed_anew(work, lead)
        return int(moved) - sum(back.values())

    async def _tell_sales(self, known: Conversion, uses: Uses) -> None:
        """The last that may fail: then nothing has happened here, and the next call goes on from there."""
        if known.opportunity_id is None:
            return
        channel: Any = self._process.peers.channel("sales")
        request = merges_pb2.UnmakeRequest(
            entity="sales.Opportunity",
            id=str(known.opportunity_id),
            of_entity=Conversion.entity,
            of_id=str(known.id),
            keep=bool(uses[known.opportunity_id]),
        )
        await MergesStub(channel).Unmake(request)
