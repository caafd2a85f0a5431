"""What can be booked and what cannot."""

import pytest

from kit.errors import Refused
from services.scheduling.model.resources import Resource


def test_a_new_resource_can_be_booked() -> None:
    """SC-38"""
    Resource(name="Blue room").lend()


def test_an_inactive_resource_cannot_be_booked() -> None:
    """SC-38"""
    with pytest.raises(Refused, match="Blue room cannot be booked"):
        Resource(name="Blue room", active=False).lend()
