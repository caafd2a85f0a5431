"""The one place that decides which fields leave and which may be set."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Field, Record, Rows
from kit.entity.fields import said
from kit.entity.kinds import Custom
from kit.entity.parts import parts_in
from kit.errors import Denied, Invalid

_CUSTOM = said(Custom(), "Custom fields")


def seen(
    policy: Policy, actor: Actor, record: type[Record], names: Iterable[str]
) -> tuple[str, ...]:
    """The fields of `names` that the caller may see, in their order."""
    limits = policy.field_access(actor, record.entity)
    return tuple(name for name in names if limits.get(name) != "hidden")


def custom_seen(policy: Policy, actor: Actor, record: type[Record]) -> bool:
    """Whether the caller may see the custom fields, which a profile hides or shows together."""
    return bool(seen(policy, actor, record, ["custom"]))


def visible(policy: Policy, actor: Actor, record: type[Record]) -> Mapping[str, Field]:
    """The fields that the caller may filter, sort and group by; rows within a record have no order."""
    fields = {
        name: known
        for name in seen(policy, actor, record, record.fields)
        if not isinstance((known := record.fields[name]).said.kind, Rows)
    }
    if not custom_seen(policy, actor, record):
        return fields
    return fields | {"custom": Field("custom", _CUSTOM, record.__table__.c.custom, nullable=False)}


def listed(record: type[Record], names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that a list shows unasked: parts would be read for each of its records."""
    parts = parts_in(record)
    return tuple(name for name in names if name not in parts) if parts else names


def chosen(wanted: Sequence[str], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that a caller asks for; an unknown and a hidden one read alike."""
    if not wanted:
        return allowed
    for name in wanted:
        if name not in allowed:
            raise Invalid(fields=f"There is no field {name!r}; take one of: {', '.join(allowed)}.")
    return tuple(dict.fromkeys(("id", "version", *wanted)))


def may_be_done(
    policy: Policy,
    actor: Actor,
    record: type[Record],
    sets: Iterable[str],
    told: Mapping[str, str],
    *,
    changes: bool,
) -> None:
    """Refuses a verb that sets what the caller may not set, or is told what the caller may not see.

    `told` says by field which input stands for it. To whoever may not see the field, the input reads
    like one that is not there, as in a filter.
    """
    limits = policy.field_access(actor, record.entity)
    locked = {name: name for name in sets if name in limits}
    for name, given in told.items():
        if limits.get(name) == "hidden" and name not in locked:
            raise Invalid("", {given: "There is no such field."})
        if changes and name in limits:
            locked.setdefault(name, given)
    if locked:
        raise Denied(
            "", dict.fromkeys(locked.values(), "Your profile does not let you change this.")
        )


def may_set(
    policy: Policy, actor: Actor, record: type[Record], names: Collection[str], *, new: bool
) -> None:
    """Refuses, by name, every field that the caller may not set; `custom` stands for all custom ones."""
    limits = policy.field_access(actor, record.entity)
    for name in names:
        if limits.get(name) == "hidden":
            raise Invalid("", {name: "There is no such field."})
        if limits.get(name) == "read":
            raise Denied("", {name: "Your profile lets you read this field but not change it."})
        said = _CUSTOM if name == "custom" else record.fields[name].said
        if not actor.is_system and not (said.creatable if new else said.editable):
            raise Invalid("", {name: "This field is filled in by the system; leave it out."})
