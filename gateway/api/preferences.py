"""What everybody may choose for themselves, whatever their profiles say of people."""

from collections.abc import Mapping
from typing import Any

from kit.errors import Invalid

PREFERENCES = ("locale", "time_zone")
"""The fields of a person that identity declares to be preferences; a test holds the two equal."""


def check_preferences(values: Mapping[str, Any]) -> None:
    """Refuses, by name, what is no preference."""
    told = f"This is no preference; choose among {', '.join(PREFERENCES)}."
    if odd := [name for name in values if name not in PREFERENCES]:
        raise Invalid("", dict.fromkeys(odd[:10], told))
