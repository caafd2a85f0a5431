"""Who is calling: what only the gateway may ask before anybody has signed in, and what no person may."""

from kit.actor import DOOR, calling
from kit.errors import Denied


def only_the_gateway() -> None:
    """Refuses everybody but the gateway itself."""
    if calling().name != DOOR:
        raise Denied("Only the gateway may ask this.")


def no_person() -> None:
    """Refuses people; the gateway and the services may ask."""
    if calling().person_id is not None:
        raise Denied("Only processes may ask this.")
