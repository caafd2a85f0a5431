"""What entities exist and what their fields are, as one caller may see them."""

import inspect
from collections.abc import Iterator
from typing import Any

from crm.v1 import records_pb2 as pb

from kit.access.policy import Policy
from kit.actor import Actor
from kit.choices import Choices
from kit.entity import Choice, Field, Picklist, Record, Reference, References, Rows
from kit.entity.kinds import Kind, Money, Text
from kit.wire import Shape


def described(shape: Shape, policy: Policy, actor: Actor, choices: Choices) -> pb.EntityDescription:
    """One entity with the fields that the caller may see."""
    record = shape.record
    limits = policy.field_access(actor, record.entity)
    return pb.EntityDescription(
        entity=record.entity,
        label=record.label,
        plural=record.plural,
        doc=inspect.getdoc(record) or "",
        title_field=record.title,
        rights=sorted(policy.rights(actor, record.entity)),
        fields=[
            _field(shape.fields[name], choices, readable_only=limits.get(name) == "read")
            for name in shape.names
            if limits.get(name) != "hidden"
        ],
    )


def _field(known: Field, choices: Choices, *, readable_only: bool) -> pb.FieldDescription:
    said = known.said
    return pb.FieldDescription(
        name=known.name,
        label=said.label,
        help=said.help,
        required=known.required and said.creatable,
        editable=(said.editable or said.creatable) and not readable_only,
        section=said.section,
        listed=said.listed,
        initial=_initial(said.initial),
        **_kind(said.kind, choices),
    )


def _initial(value: Any) -> str:
    """The value of a new record as text; words are separated by commas."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _kind(kind: Kind, choices: Choices) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "options": list(_options(kind, choices)),
        "target": kind.target if isinstance(kind, Reference | References) else "",
        "max_length": kind.length if isinstance(kind, Text) else 0,
        "columns": _columns(kind, choices) if isinstance(kind, Rows) else [],
        "currency_field": kind.currency if isinstance(kind, Money) else "",
    }


def _columns(kind: Rows, choices: Choices) -> list[pb.FieldDescription]:
    return [
        pb.FieldDescription(
            name=column.name,
            label=column.label,
            help=column.help,
            required=column.required,
            editable=True,
            **_kind(column.kind, choices),
        )
        for column in kind.row.columns
    ]


def _options(kind: Kind, choices: Choices) -> Iterator[pb.Option]:
    if isinstance(kind, Choice):
        for each in choices.options(kind.list):
            yield pb.Option(value=each.value, label=each.label, retired=each.retired)
    elif isinstance(kind, Picklist):
        for value in kind.options:
            yield pb.Option(value=value, label=_spoken(value))


def _spoken(value: str) -> str:
    """`in_progress` reads `In progress`; codes such as EUR stay as they are."""
    return value if value.isupper() else value.replace("_", " ").capitalize()


def title_of(record: type[Record]) -> Any:
    """The column that names a record."""
    return record.__table__.c[record.title]
