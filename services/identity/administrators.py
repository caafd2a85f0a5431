"""Who an administrator is: whoever holds everything. There is always one who may sign in."""

from uuid import UUID

from kit.access.holdings import holds_everything, named
from kit.access.policy import Policy
from kit.errors import Refused


def is_administrator(policy: Policy, person_id: UUID) -> bool:
    """Whether somebody holds everything there is to hold."""
    return holds_everything(policy, person_id, set(named(policy)))


def keep_an_administrator(policy: Policy) -> None:
    """Raises Refused when nobody active would be left who holds everything."""
    every = set(named(policy))
    if not any(holds_everything(policy, each, every) for each in policy.organisation.people):
        raise Refused(
            "Then nobody could administer everything any more; make somebody else administrator "
            "first."
        )
