"""What is said in custom fields, on its way into a record: known, allowed, of its kind, and there."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from kit.access.permit import Permit
from kit.choices import Choices
from kit.custom_fields.amounts import wrong_amounts
from kit.custom_fields.fields import PREFIX, as_text, parsed, stored_form
from kit.entity import Choice, Field
from kit.entity.kinds.custom import CUSTOM_FIELDS
from kit.errors import Denied, Invalid

NOTHING: Mapping[str, Any] = MappingProxyType({})
_UNKNOWN = "There is no custom field {!r}; an administrator adds it under Custom fields."
_READ_ONLY = "Your profile lets you read this field but not change it."


def taken(
    permit: Permit,
    choices: Choices,
    given: Mapping[str, str],
    stored: Mapping[str, Any] = NOTHING,
    *,
    new: bool = False,
) -> dict[str, Any]:
    """The custom fields of one record, those that it has and those that are given together.

    What is sent back as it was read is no change, and passes whatever it is.
    """
    values = {**permit.custom.of_entity.initial, **stored} if new else dict(stored)
    seen = permit.custom.unveiled(stored)
    said = {
        key: text for key, text in given.items() if key not in seen or as_text(seen[key]) != text
    }
    _require_settable(permit, said)
    wrong: dict[str, str] = {}
    for key, text in said.items():
        try:
            value = _read(permit, choices, key, text, leaves=key in seen)
        except ValueError as problem:
            wrong[f"{PREFIX}{key}"] = str(problem)
        else:
            values.pop(key, None)
            values |= {} if value is None else {key: value}
    wrong |= {
        name: told for name, told in _lacking(permit, given, stored, values) if name not in wrong
    }
    if wrong:
        raise Invalid("", wrong)
    return few(values)


def _require_settable(permit: Permit, said: Mapping[str, str]) -> None:
    """Refuses what a profile keeps; a field that is hidden reads like one that is not there."""
    if said and "custom" in permit.limits:
        permit.require_settable(["custom"], new=False)
    locked = [f"{PREFIX}{key}" for key in said if permit.limits.get(f"{PREFIX}{key}") == "read"]
    if locked:
        raise Denied("", dict.fromkeys(locked, _READ_ONLY))


def _read(permit: Permit, choices: Choices, key: str, text: str, *, leaves: bool) -> Any:
    """A value as it is stored, None for one that is emptied; what no definition knows may only leave."""
    known = permit.custom.fields.get(f"{PREFIX}{key}")
    if known is None:
        if leaves and not text:
            return None
        raise ValueError(_UNKNOWN.format(key[:60]))
    kind = known.said.kind
    value = parsed(kind, text)
    if isinstance(kind, Choice) and value is not None:
        _require_choice(choices, kind.list, value)
    return stored_form(kind, value)


def _require_choice(choices: Choices, name: str, value: str) -> None:
    if told := choices.wrong(name, value):
        raise ValueError(told)


def refuse_lacking(
    permit: Permit, given: Collection[str], stored: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Refuses custom fields that want something more; `given` are the keys of which something is said."""
    if wrong := dict(_lacking(permit, given, stored, values)):
        raise Invalid("", wrong)


def _lacking(
    permit: Permit, given: Collection[str], stored: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield from missing(permit, values)
    yield from wrong_amounts(permit.custom.of_entity, given, stored, values)


def missing(permit: Permit, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that have to be filled in by whoever may, and are not."""
    if permit.person_id is None:
        return
    for name, known in permit.custom.fields.items():
        free = name not in permit.limits and "custom" not in permit.limits
        if known.required and free and name.removeprefix(PREFIX) not in values:
            yield name, f"{known.said.label}: fill this in."


def few(values: dict[str, Any]) -> dict[str, Any]:
    """The custom fields of one record, no more than it may have."""
    if len(values) > CUSTOM_FIELDS:
        raise Invalid(custom=f"Use at most {CUSTOM_FIELDS} custom fields.")
    return values


def carried(values: Mapping[str, Any] | None, here: Permit, there: Permit) -> dict[str, Any]:
    """What of the custom fields of one record goes into another that has fields like them.

    Only what the caller sees here and may set there.
    """
    limits = there.limits
    return {
        key: value
        for key, value in here.custom.unveiled(values).items()
        if "custom" not in limits
        and (name := f"{PREFIX}{key}") not in limits
        and _alike(here.custom.fields.get(name), there.custom.fields.get(name))
    }


def _alike(one: Field | None, other: Field | None) -> bool:
    return one is not None and other is not None and one.said.kind == other.said.kind
