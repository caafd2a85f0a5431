"""What a change of a deal means for others: it ended, moved, came back, or is worth something else."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm.sales.v1 import events_pb2 as events

from kit.entity import Before
from services.sales.model.stages import Outcome

if TYPE_CHECKING:
    from services.sales.model.opportunities import Opportunity

_TOLD = (
    "name",
    "account_id",
    "contact_id",
    "product_id",
    "campaign_id",
    "owner_id",
    "amount",
    "realised_amount",
    "currency",
)
_VALUE = ("account_id", "campaign_id", "amount", "realised_amount", "currency", "closed_on")
_ENDINGS = {Outcome.WON: events.OpportunityWon, Outcome.LOST: events.OpportunityLost}


def events_of(deal: "Opportunity", before: Before | None) -> Iterator[Any]:
    """What is announced of a deal that is new, or was otherwise before."""
    if before is None:
        yield from _ending(deal)
        return
    if before.stage_id != deal.stage_id:
        yield from _move(deal, before)
    if before.outcome != deal.outcome:
        yield from _ending(deal)
    elif deal.outcome == Outcome.WON and any(_differs(deal, before, name) for name in _VALUE):
        yield _value(deal, before)


def _differs(deal: "Opportunity", before: Before, name: str) -> bool:
    return bool(getattr(before, name) != getattr(deal, name))


def _ending(deal: "Opportunity") -> Iterator[Any]:
    ending = _ENDINGS.get(Outcome(deal.outcome))
    if ending is not None:
        yield ending(**_result(deal), **_shown(deal, "closed_on", "reason"))


def _move(deal: "Opportunity", before: Before) -> Iterator[Any]:
    told = _result(deal) | _shown(deal, "reason")
    yield events.OpportunityStageMoved(
        **told,
        from_stage_id=str(before.stage_id),
        to_stage_id=str(deal.stage_id),
        outcome=deal.outcome,
    )
    if deal.open and before.outcome != Outcome.OPEN:
        yield events.OpportunityReopened(**told, former_outcome=before.outcome)


def _value(deal: "Opportunity", before: Before) -> Any:
    former = str(before.campaign_id) if before.campaign_id else None
    now = _result(deal) | _shown(deal, "closed_on")
    return events.OpportunityRevalued(**now, former_campaign_id=former)


def _result(deal: "Opportunity") -> dict[str, Any]:
    return {"opportunity_id": str(deal.id), **_shown(deal, *_TOLD)}


def _shown(deal: "Opportunity", *names: str) -> dict[str, Any]:
    """The named fields that hold something, as the contract writes them."""
    fields = type(deal).fields
    filled = ((name, getattr(deal, name)) for name in names)
    return {name: fields[name].said.kind.show(value) for name, value in filled if value is not None}
