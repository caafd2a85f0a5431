"""What a record says that takes others in: what it said, filled from them, with lists united."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from kit.custom_fields.fields import PREFIX
from kit.entity import Field, Money, Record, Reference, References, Rows, Words
from kit.entity.parts import Part
from kit.errors import Invalid
from kit.merging.surviving_custom import TOO_MANY, MaySet, surviving_custom


def surviving(
    held: Sequence[Record],
    chosen: Mapping[str, UUID],
    may_set: MaySet,
    custom: Mapping[str, Field],
) -> dict[str, Any]:
    """The values that the first of the records gets; of fields that are not chosen, those it may get."""
    survivor, found = held[0], _Found(held, chosen)
    values = {name: found.value(name) for name in survivor.fields if _open(survivor, name, may_set)}
    values |= {name: found.value(name) for name in chosen if not name.startswith(PREFIX)}
    values["custom"] = surviving_custom(held, chosen, may_set, custom)
    return {name: value for name, value in values.items() if value != getattr(survivor, name)}


def _open(survivor: Record, name: str, may_set: MaySet) -> bool:
    return survivor.fields[name].said.editable and may_set(name)


class _Found:
    """What the records say, the survivor first."""

    def __init__(self, held: Sequence[Record], chosen: Mapping[str, UUID]) -> None:
        self._held, self._chosen = held, chosen
        self._survivor = held[0]
        self._by_id = {each.id: each for each in held}

    def value(self, name: str) -> Any:
        """What survives in a field."""
        if name in self._chosen:
            return _copied(self._said(self._by_id[self._chosen[name]], name))
        if name == "private":
            # What one of them was kept to few with must not come into the sight of all.
            return any(each.kept_private for each in self._held)
        if isinstance(self._survivor.fields[name].said.kind, Words | References | Rows):
            return self._united(name)
        return self._said(self._source(name), name)

    def _said(self, record: Record, name: str) -> Any:
        """A value, without what it says of the records that become one."""
        value, kind = getattr(record, name), record.fields[name].said.kind
        if isinstance(kind, References):
            return [each for each in value if each not in self._by_id]
        return None if isinstance(kind, Reference) and value in self._by_id else value

    def _source(self, name: str) -> Record:
        """Whose value it is: the first that says something, and what goes together from one record."""
        leads, follows = _together(type(self._survivor))
        if name in follows:
            return self._base(follows[name])
        candidates: Iterable[Record] = self._held
        if beside := leads.get(name):
            base = self._base(follows[beside])
            same = getattr(base, beside)
            candidates = [each for each in self._held if getattr(each, beside) == same]
        filled = (each for each in candidates if self._said(each, name) not in (None, ""))
        return next(filled, self._survivor)

    def _base(self, names: Sequence[str]) -> Record:
        """Whose currency counts: that of an amount that was chosen, else of the first that has one."""
        chosen = (self._by_id[self._chosen[each]] for each in names if each in self._chosen)
        filled = (e for e in self._held if any(getattr(e, each) is not None for each in names))
        return next(chosen, None) or next(filled, self._survivor)

    def _united(self, name: str) -> list[Any]:
        """The list of the survivor, and what the others have beyond it."""
        values = list(getattr(self._survivor, name))
        known = [_plain(each) for each in values]
        for record in self._held[1:]:
            for each in _copied(self._said(record, name)):
                if _plain(each) not in known:
                    values.append(each)
                    known.append(_plain(each))
        most = self._survivor.fields[name].said.kind.most  # type: ignore[attr-defined]  # every list has it
        if len(values) > most:
            raise Invalid("", {name: TOO_MANY.format(most=most)})
        return values


@cache
def _together(record: type[Record]) -> tuple[Mapping[str, str], Mapping[str, Sequence[str]]]:
    """What goes together: by amount its currency, by reference what it names, and the other way."""
    leads: dict[str, str] = {}
    for name, known in record.fields.items():
        kind: Any = known.said.kind
        beside = kind.currency if isinstance(kind, Money) else getattr(kind, "named_by", "")
        if beside in record.fields:
            leads[name] = beside
    follows = {beside: [n for n, b in leads.items() if b == beside] for beside in leads.values()}
    return leads, follows


def _copied(value: Any) -> Any:
    """A list of one's own; parts that go over are new there, since the others keep theirs."""
    if not isinstance(value, list):
        return value
    return [replace(each, id=None) if isinstance(each, Part) else each for each in value]


def _plain(each: Any) -> Any:
    """What is compared of an entry: parts say the same whatever their ids."""
    return replace(each, id=None) if isinstance(each, Part) else each
