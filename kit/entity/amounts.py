"""Amounts and their currency: each fits its smallest unit, and none changes its currency in silence."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache

from kit.entity.currencies import places_of
from kit.entity.kinds import Money
from kit.entity.parts import parts_in
from kit.entity.record import Record
from kit.entity.tracking import replaced, was


def wrong_amounts(record: Record, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the amounts of a record in which the named fields are new."""
    for name, currency in _amounts(type(record)):
        if getattr(record, name) is not None and getattr(record, currency, None) is not None:
            if name in names or currency in names:
                yield from _too_fine(record, name, currency)
            yield from _left_behind(record, name, currency, "is", "it")
    for name, currency in _parts(type(record)):
        if getattr(record, name):
            yield from _left_behind(record, name, currency, "are", "them")


@cache
def _amounts(kind: type[Record]) -> tuple[tuple[str, str], ...]:
    """The amounts that people give; figures are reckoned, and rounded where they are shown."""
    return tuple(
        (name, known.said.kind.currency)
        for name, known in kind.fields.items()
        if isinstance(known.said.kind, Money) and not known.said.figure
    )


@cache
def _parts(kind: type[Record]) -> Sequence[tuple[str, str]]:
    """The parts that hold amounts in the currency of their whole."""
    kinds = (
        (name, each.kind) for name, parts in parts_in(kind).items() for each in parts.row.columns
    )
    found = (
        (name, each.currency)
        for name, each in kinds
        if isinstance(each, Money) and each.currency in kind.fields
    )
    return tuple(dict.fromkeys(found))


def _too_fine(record: Record, name: str, currency: str) -> Iterator[tuple[str, str]]:
    amount, code = getattr(record, name), getattr(record, currency)
    places = places_of(code)
    if amount != round(amount, places):
        yield name, f"{code} has {f'at most {places}' if places else 'no'} decimals; round it."


def _left_behind(
    record: Record, name: str, currency: str, are: str, them: str
) -> Iterator[tuple[str, str]]:
    """A change of currency with an amount that nobody gave anew; the same number may be given."""
    before, code = was(record, currency), getattr(record, currency)
    if before and before != code and not replaced(record, name):
        label = record.fields[name].said.label
        yield (
            currency,
            f"{label} {are} in {before}; give {them} anew in {code}, in the same change.",
        )
