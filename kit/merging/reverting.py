"""What a record said before others made it say something else, but for what was changed since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from kit.custom_fields.fields import PREFIX
from kit.entity import Record, References
from kit.entity.tracking import was

Values = Mapping[str, Any]
"""What records say by field, in the form of the wire."""


def shown(record: Record) -> dict[str, Any]:
    """What a record says, in the form of the wire."""
    said = {
        name: show(record, name, value)
        for name in record.fields
        if (value := getattr(record, name)) is not None
    }
    return {**said, "custom": dict(record.custom or {})}


def show(record: Record, name: str, value: Any) -> Any:
    """A value of a field, in the form of the wire."""
    return None if value is None else record.fields[name].said.kind.show(value)


def before_and_after(record: Record, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a record that changes says in some fields, as it was read and as it is now."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in names:
        for side, value in ((before, was(record, name)), (after, getattr(record, name))):
            side[name] = dict(value or {}) if name == "custom" else show(record, name, value)
    return before, after


def reverted(record: Record, before: Values, after: Values) -> tuple[dict[str, Any], list[str]]:
    """The values that a record gets back, and the fields that somebody changed since."""
    now, values, kept = shown(record), {}, []
    for name, said in before.items():
        if name == "custom":
            values[name], own = _custom(now[name], said, after[name])
            kept += own
        elif _plain(now.get(name)) == _plain(after[name]):
            values[name] = _read(record, name, said)
        elif isinstance(record.fields[name].said.kind, References):
            values[name] = _read(record, name, _apart(now.get(name), said, after[name]))
        else:
            kept.append(name)
    torn = [name for name in values if name != "custom" and _is_torn(record, name, kept)]
    return {name: each for name, each in values.items() if name not in torn}, [*kept, *torn]


def _plain(value: Any) -> Any:
    """What is compared of a value: parts say the same whatever their ids."""
    if not isinstance(value, list):
        return value
    return [{k: v for k, v in e.items() if k != "id"} if isinstance(e, dict) else e for e in value]


def _is_torn(record: Record, name: str, kept: Collection[str]) -> bool:
    """Whether a field goes with one that stays: what is referred to, and what kind of record that is."""
    pairs = (
        {each, getattr(known.said.kind, "named_by", "")} for each, known in record.fields.items()
    )
    return any(name in pair and not pair.isdisjoint(kept) for pair in pairs)


def _apart(now: Sequence[Any] | None, before: Any, after: Any) -> list[Any]:
    """A list without what was added to it and with what it lost, whatever else came or went."""
    had, got = before or [], after or []
    stay = [each for each in now or [] if each in had or each not in got]
    return [*stay, *(each for each in had if each not in got and each not in stay)]


def _read(record: Record, name: str, value: Any) -> Any:
    """A value as the record holds it; an emptied list is a list."""
    return None if value is None else record.fields[name].said.kind.parse(value)


def _custom(now: Values, before: Values, after: Values) -> tuple[dict[str, Any], list[str]]:
    """The fields that administrators added, each by itself; and those that somebody changed since."""
    values, kept = dict(now), []
    for key in before.keys() | after.keys():
        if before.get(key) == after.get(key):
            continue
        if now.get(key) != after.get(key):
            kept.append(f"{PREFIX}{key}")
            continue
        values.pop(key, None)
        values |= {key: before[key]} if key in before else {}
    return values, sorted(kept)
