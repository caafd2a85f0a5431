"""Amounts among the custom fields: each has a currency, fits its smallest unit, and keeps it."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from kit.custom_fields.fields import PREFIX, CustomFields
from kit.entity.amounts import left_behind, too_fine
from kit.entity.kinds import Money

_NO_CURRENCY = "Say in which currency the amount is."


def wrong_amounts(
    custom: CustomFields,
    given: Collection[str],
    stored: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    """What is wrong with amounts of which, or of whose currency, something is said.

    What stood there before is left alone until then.
    """
    for name, known in custom.fields.items():
        kind = known.said.kind
        if not isinstance(kind, Money):
            continue
        key, currency = (each.removeprefix(PREFIX) for each in (name, kind.currency))
        amount, code = _read(kind, values.get(key)), values.get(currency)
        if amount is None or {key, currency}.isdisjoint(given):
            continue
        if code is None:
            yield kind.currency, _NO_CURRENCY
        elif told := too_fine(amount, code):
            yield name, told
        elif key not in given and stored.get(currency) not in (None, code):
            yield kind.currency, left_behind(known.said.label, stored[currency], code)


def _read(kind: Money, held: Any) -> Decimal | None:
    """The amount; nothing where a text of before is none."""
    try:
        return kind.parse("" if held is None else held)
    except ValueError:
        return None
