"""The custom fields of one entity as one caller sees them, and what is taken out of records for him."""

from collections.abc import Mapping
from typing import Any

from kit.custom_fields.fields import EVERYTHING, PREFIX, CustomFields
from kit.entity.fields import Field


class SeenFields:
    """Which custom fields somebody sees, from whom the named ones are hidden; `custom` stands for all."""

    def __init__(self, of_entity: CustomFields, hidden: frozenset[str]) -> None:
        self.of_entity = of_entity
        shown = {} if "custom" in hidden else of_entity.fields
        self.fields: Mapping[str, Field] = {
            name: known for name, known in shown.items() if name not in hidden
        }
        keys = (name.removeprefix(PREFIX) for name in hidden if name.startswith(PREFIX))
        self.veil = EVERYTHING if "custom" in hidden else tuple(sorted(keys))
        """The keys that are taken out of `custom` before the caller sees it."""

    def unveiled(self, values: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """What the caller sees of the custom fields of a record."""
        if not values or self.veil == EVERYTHING:
            return {}
        if not self.veil:
            return values
        return {key: value for key, value in values.items() if key not in self.veil}
