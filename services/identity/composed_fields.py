"""Which fields are composed of others, so that a profile limits the whole and never a part alone."""

from collections.abc import Mapping

# The services declare it beside their entities (`part_of`), where identity cannot look; a test
# holds the two equal.
WHOLES: Mapping[str, Mapping[str, str]] = {
    "identity.Person": {"given_name": "name", "family_name": "name"},
    "identity.Tag": {"value": "name"},
    "parties.Contact": {"first_name": "name", "last_name": "name"},
    "parties.Lead": {"first_name": "name", "last_name": "name", "company": "name"},
}
"""The whole by part, by entity."""


def whole_of(entity: str, field: str) -> str:
    """The field of which this one is a part; empty when it stands for itself."""
    return WHOLES.get(entity, {}).get(field, "")
