"""The custom fields of one record, filled from another's; an amount always comes with its currency."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.custom_fields.fields import PREFIX
from kit.entity import Field, Money


def filled(
    values: Mapping[str, Any] | None, other: Mapping[str, Any], fields: Mapping[str, Field]
) -> dict[str, Any]:
    """What a record says, and where it says nothing, what the other one does."""
    filling = Filling(values or {}, fields)
    filling.fill(other)
    return filling.values


class Filling:
    """What a record says, while more comes to it."""

    def __init__(self, values: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
        self.values: dict[str, Any] = dict(values)
        self._fields = fields

    def fill(self, other: Mapping[str, Any], keys: Iterable[str] | None = None) -> None:
        """Takes what it does not say; a currency says nothing by itself."""
        for key in other if keys is None else keys:
            if key not in self.values and not self._goes_with_another(key):
                self.take(key, other)

    def take(self, key: str, other: Mapping[str, Any]) -> None:
        """What the other one says there, or nothing."""
        for each in self._together(key):
            self.values.pop(each, None)
            self.values.update({each: other[each]} if each in other else {})

    def _goes_with_another(self, key: str) -> bool:
        known = self._fields.get(f"{PREFIX}{key}")
        return known is not None and bool(known.said.part_of)

    def _together(self, key: str) -> Sequence[str]:
        known = self._fields.get(f"{PREFIX}{key}")
        kind = known.said.kind if known else None
        return (key, kind.currency.removeprefix(PREFIX)) if isinstance(kind, Money) else (key,)
