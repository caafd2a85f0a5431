"""How a page within somebody's reach is found: walking the newest rows, or gathering by key."""

from kit.access.policy import Reach

FEW = 12


def ranked(reach: Reach) -> bool:
    """Whether the caller's rows have few enough owners to take the newest of each."""
    return not reach.all and 0 < len(reach.own) <= FEW
