"""Amounts and their currency: each fits its smallest unit, and none changes its currency in silence."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
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
            told = too_fine(getattr(record, name), getattr(record, currency))
            if told and (name in names or currency in names):
                yield name, told
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


def _left_behind(
    record: Record, name: str, currency: str, are: str, them: str
) -> Iterator[tuple[str, str]]:
    """A change of currency with an amount that nobody gave anew; the same number may be given."""
    before, code = was(record, currency), getattr(record, currency)
    if before and before != code and not replaced(record, name):
        yield currency, left_behind(record.fields[name].said.label, before, code, are, them)


def too_fine(amount: Decimal, code: str) -> str:
    """What is wrong with an amount that its currency does not divide so far, or nothing."""
    places = places_of(code)
    if amount == round(amount, places):
        return ""
    return f"{code} has {f'at most {places}' if places else 'no'} decimals; round it."


def left_behind(label: str, before: str, code: str, are: str = "is", them: str = "it") -> str:
    """What whoever changes the currency of an amount is told that he says nothing about."""
    return f"{label} {are} in {before}; give {them} anew in {code}, in the same change."
