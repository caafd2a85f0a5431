"""What scheduling does after events of others: what was noted about a lead follows what became of it."""

from collections.abc import Sequence
from uuid import UUID

from crm.parties.v1.events_pb2 import LeadConverted
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from kit.events.consuming.listeners import on
from kit.merging.coming_back import come_back_first, note_following, noted_before
from kit.records import Work, stored
from services.scheduling.model.activities import Activity, Heirs

_LEAD = "parties.Lead"
_NOTED = (
    Activity.related_id == bindparam("lead_id", type_=Uuid()),
    Activity.related_entity == _LEAD,
)
_LEADS = (
    select(Activity.related_id)
    .where(
        Activity.related_id == any_(bindparam("lead_ids", type_=ARRAY(Uuid))),
        Activity.related_entity == _LEAD,
    )
    .distinct()
)
_ABOUT = stored(Activity).where(*_NOTED).order_by(Activity.id).with_for_update()


async def _were_noted_about(events: Sequence[LeadConverted], work: Work) -> list[bool]:
    leads = [UUID(event.lead_id) for event in events]
    noted = {row.related_id for row in await work.rows(_LEADS, lead_ids=leads)}
    noted |= await noted_before(work, _LEAD, leads)
    return [lead in noted for lead in leads]


# A lead is converted once, so that no conversion has to wait for another.
@on(LeadConverted, in_order=False, matters=_were_noted_about)
async def follow_lead_converted(event: LeadConverted, work: Work) -> None:
    """The lead is gone; its activities go on with the account, the contact and the deal."""
    heirs = Heirs(UUID(event.account_id), _id(event.contact_id), _id(event.opportunity_id))
    lead = UUID(event.lead_id)
    await come_back_first(work, (_LEAD, lead), heirs.subject[1])
    for activity in await work.held(Activity, _ABOUT, lead_id=lead):
        activity.pass_on(heirs)
        await note_following(work, activity, (_LEAD, lead), heirs.subject[1])


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
