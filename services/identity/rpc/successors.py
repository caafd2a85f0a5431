"""Who may take over: somebody who works here, and nobody by whom the one who decides it would gain."""

from collections.abc import Iterator

from kit.access.entities import everywhere, standing_of
from kit.access.organisation import Organisation
from kit.entity import Governs, Level
from kit.errors import Denied, Invalid
from kit.records import Work
from services.identity.model.hand_overs import HandOver

_GAIN = (
    "What you hand over would come within your own reach, who do not see it now; "
    "let somebody do it who does."
)


def require_fit_successors(work: Work, decision: HandOver) -> None:
    """Raises Invalid where one of them has left; the kit looks after the fields of the record itself."""
    organisation = work.process.policy.organisation
    if wrong := next(_unfit(organisation, decision), ""):
        raise Invalid(successions=wrong)


def _unfit(organisation: Organisation, decision: HandOver) -> Iterator[str]:
    for each in decision.successions:
        if each.successor_id is None:
            continue
        if each.successor_id not in organisation.people:
            yield "There is no such person."
        elif organisation.has_left(each.successor_id):
            name = organisation.people[each.successor_id].name
            yield f"{name} is inactive; choose somebody else."


def refuse_own_gain(work: Work, decision: HandOver) -> None:
    """Raises Denied where the caller would see records of somebody else that are out of sight now.

    The right to hand over reaches what its holder does not see. So it must not lead to him: neither to
    himself nor to those whose records he sees, unless he sees what the person has already.
    """
    if work.actor.is_system:
        return
    for entity in sorted(everywhere()):
        standing = standing_of(entity)
        if standing.governed_by == Governs.RECORDS and not standing.confidential:
            _refuse_gain_of(work, decision, entity)


def _refuse_gain_of(work: Work, decision: HandOver, entity: str) -> None:
    people = work.process.policy.organisation.people
    successor = decision.successor_of(entity)
    taking = people.get(successor) if successor else None
    leaving = people.get(decision.person_id)
    reach = work.permit(entity).reach(Level.READ)
    if reach.all or taking is None:
        return
    if taking.own_key in reach.keys and not (leaving and leaving.own_key in reach.keys):
        raise Denied(_GAIN, {"successor_id": _GAIN})
