"""Amounts and their currency: each fits its smallest unit, and none changes its currency in silence."""

from collections.abc import Collection, Iterator
from functools import cache

from kit.entity.currencies import places_of
from kit.entity.kinds import Money
from kit.entity.record import Record
from kit.entity.tracking import replaced, was


def wrong_amounts(record: Record, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the amounts of a record in which the named fields are new."""
    for name, currency in _amounts(type(record)):
        if getattr(record, name) is not None and getattr(record, currency, None) is not None:
            if name in names or currency in names:
                yield from _too_fine(record, name, currency)
            yield from _left_behind(record, name, currency)


@cache
def _amounts(kind: type[Record]) -> tuple[tuple[str, str], ...]:
    """The amounts that people give; figures are reckoned, and rounded where they are shown."""
    return tuple(
        (name, known.said.kind.currency)
        for name, known in kind.fields.items()
        if isinstance(known.said.kind, Money) and not known.said.figure
    )


def _too_fine(record: Record, name: str, currency: str) -> Iterator[tuple[str, str]]:
    amount, code = getattr(record, name), getattr(record, currency)
    places = places_of(code)
    if amount != round(amount, places):
        yield name, f"{code} has {f'at most {places}' if places else 'no'} decimals; round it."


def _left_behind(record: Record, name: str, currency: str) -> Iterator[tuple[str, str]]:
    """A change of currency with an amount that nobody gave anew; the same number may be given."""
    before, code = was(record, currency), getattr(record, currency)
    if before and before != code and not replaced(record, name):
        label = record.fields[name].said.label
        yield currency, f"{label} is in {before}; give it anew in {code}, in the same change."
