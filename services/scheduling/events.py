"""What scheduling does after events of others: what was noted about a lead follows what became of it."""

from uuid import UUID

from crm.parties.v1.events_pb2 import LeadConverted
from sqlalchemy import Uuid, bindparam, select

from kit.events.consuming.listeners import on
from kit.records import Work, stored
from services.scheduling.model.activities import Activity, Heirs

_NOTED = (
    Activity.related_id == bindparam("lead_id", type_=Uuid()),
    Activity.related_entity == "parties.Lead",
)
_ANY = select(Activity.id).where(*_NOTED).limit(1)
_ABOUT = stored(Activity).where(*_NOTED).order_by(Activity.id).with_for_update()


async def _was_noted_about(event: LeadConverted, work: Work) -> bool:
    return bool(await work.rows(_ANY, lead_id=UUID(event.lead_id)))


@on(LeadConverted, matters=_was_noted_about)
async def follow_lead_converted(event: LeadConverted, work: Work) -> None:
    """The lead is gone; its activities go on with the account, the contact and the deal."""
    heirs = Heirs(UUID(event.account_id), _id(event.contact_id), _id(event.opportunity_id))
    for activity in await work.held(Activity, _ABOUT, lead_id=UUID(event.lead_id)):
        activity.pass_on(heirs)


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
