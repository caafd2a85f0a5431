"""What entities exist, what their fields are and how people see them, as one caller may."""

import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from crm.v1 import presentation_pb2 as shown_pb
from crm.v1 import records_pb2 as pb

from kit.access.permit import Permit
from kit.choices import Choices
from kit.custom_fields.fields import labels_of
from kit.entity import (
    Choice,
    Field,
    Picklist,
    Record,
    Reference,
    References,
    Rows,
    Steps,
    Tags,
    Words,
)
from kit.entity.kinds import ActorName, Kind, Money, Text
from kit.entity.presentation import Panel, Path, Presentation, View
from kit.entity.record import is_imported
from kit.importing.mapping.paths import Path as Place
from kit.importing.mapping.paths import parted
from kit.query import names, parse
from kit.records.read.askable_fields import Asked
from kit.text.english import spoken
from kit.text.lists import joined
from kit.wire import Shape

STANDARD = ("Get", "List", "Create", "Update", "Delete")
# A right to something that the contract does not have is no right.
_NEEDS = {"create": "Create", "delete": "Delete", "export": "List"}
# These reach options and fields instead of the message.
_ELSEWHERE = frozenset({"tones", "words", "targets"})
_ORDERED = frozenset({"asc", "desc"})


def described(shape: Shape, permit: Permit, choices: Choices) -> pb.EntityDescription:
    """One entity with the fields that the caller may see."""
    record = shape.record
    seen = permit.seen(shape.names)
    paths = tuple(
        each for each in Asked(permit) if "." in each and each not in permit.custom.fields
    )
    return pb.EntityDescription(
        entity=record.entity,
        label=record.label,
        plural=record.plural,
        doc=inspect.getdoc(record) or "",
        title_field=record.title,
        rights=sorted(_rights(shape, permit)),
        methods=[each for each in STANDARD if each in shape.methods],
        presentation=_presentation(record, frozenset((*seen, *paths))),
        no_bin=record.no_bin,
        paths=paths,
        headings=_headings(record, frozenset(seen)),
        fields=[
            _field(record, shape.fields[name], choices, readable_only=name in permit.limits)
            for name in seen
        ]
        + list(_custom(permit, choices)),
    )


def _custom(permit: Permit, choices: Choices) -> Iterator[pb.FieldDescription]:
    """The fields that administrators added, behind the others of their section."""
    for name, known in permit.custom.fields.items():
        kept = name in permit.limits or "custom" in permit.limits
        told = _field(permit.record, known, choices, readable_only=kept)
        told.labels.update(labels_of(known, permit.custom.of_entity.defined[name]))
        yield told


def _rights(shape: Shape, permit: Permit) -> set[str]:
    """What the profiles allow and the contract has; whoever may create may import what files make."""
    rights = {each for each in permit.rights if _NEEDS.get(each, "Get") in shape.methods}
    return rights | {"import"} if "create" in rights and is_imported(shape.record) else rights


@cache
def _headings(record: type[Record], seen: frozenset[str]) -> Sequence[pb.KnownHeadings]:
    """Names in exports of other systems, as far as they lead to what the caller may see."""
    return [
        pb.KnownHeadings(
            system=system,
            paths={
                name: path
                for name, path in known.items()
                if seen.issuperset(Place.of(each).name for each in parted(path))
            },
        )
        for system, known in record.headings.items()
    ]


@cache
def _presentation(record: type[Record], seen: frozenset[str]) -> shown_pb.Presentation:
    """How the entity is shown; views and panels that ask of a hidden field are left out."""
    presentation = record.presentation
    views = tuple(view for view in presentation.views if named_in(view) <= seen)
    panels = tuple(panel for panel in presentation.panels if named_in(panel) <= seen)
    touches = record.touches if seen.issuperset(record.touches) else ()
    values = asdict(
        replace(presentation, views=views, panels=panels, path=_path(record), touches=touches)
    )
    return shown_pb.Presentation(
        **{name: value for name, value in values.items() if name not in _ELSEWHERE}
    )


def _path(record: type[Record]) -> Path | None:
    """The way of a record; over steps they say it themselves."""
    path = record.presentation.path
    kind = record.fields[path.field].said.kind if path else None
    return replace(path, steps=kind.way) if path and isinstance(kind, Steps) else path


def named_in(view: View | Panel) -> set[str]:
    """The fields by which a view or a panel filters and orders."""
    ordered = set(view.order_by.replace(",", " ").split()) - _ORDERED
    return {*names(parse(view.filter)), *ordered}


def _field(
    record: type[Record], known: Field, choices: Choices, *, readable_only: bool
) -> pb.FieldDescription:
    said = known.said
    told = _kind(known.name, said.kind, record.presentation, choices)
    if isinstance(said.kind, Tags):
        told["options"] = list(_tags(choices, record.entity))
    return pb.FieldDescription(
        name=known.name,
        label=said.label,
        help=said.help,
        required=known.required and said.creatable,
        editable=(said.editable or said.creatable) and not readable_only,
        section=said.section,
        listed=said.listed,
        part_of=said.part_of,
        initial=_initial(said.initial),
        target_field=_target_field(known, record.fields),
        **told,
    )


def _initial(value: Any) -> str:
    """The value of a new record as text; words are separated by commas."""
    if isinstance(value, list | tuple):
        return joined(map(str, value))
    return "" if value is None else str(value)


def _target_field(known: Field, fields: Collection[str]) -> str:
    """Beside a reference to anything stands `…_entity` or `…_kind`, which says what it names."""
    kind = known.said.kind
    if known.name == "id" or not isinstance(kind, Reference) or kind.target:
        return ""
    stem = known.name.removesuffix("_id")
    return next((name for name in (f"{stem}_entity", f"{stem}_kind") if name in fields), "")


def _kind(name: str, kind: Kind, presentation: Presentation, choices: Choices) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "options": list(options_of(name, kind, presentation, choices)),
        "target": kind.target
        if isinstance(kind, Reference | References | ActorName | Tags)
        else "",
        "max_length": kind.length if isinstance(kind, Text) else 0,
        "columns": _columns(kind, presentation, choices) if isinstance(kind, Rows) else [],
        "currency_field": kind.currency if isinstance(kind, Money) else "",
    }


def _columns(kind: Rows, presentation: Presentation, choices: Choices) -> list[pb.FieldDescription]:
    return [
        pb.FieldDescription(
            name=column.name,
            label=column.label,
            help=column.help,
            required=column.required,
            editable=not column.follows,
            **_kind(column.name, column.kind, presentation, choices),
        )
        for column in kind.row.columns
    ]


def options_of(
    name: str, kind: Kind, presentation: Presentation, choices: Choices
) -> Iterator[pb.Option]:
    """The values that may stand in a field, with what people read in their place."""
    tones = kind.tones if isinstance(kind, Steps) else presentation.tones.get(name, {})
    closed = kind.closed if isinstance(kind, Steps) else frozenset()
    if isinstance(kind, Tags):
        yield from _tags(choices)
    elif isinstance(kind, Choice):
        for each in choices.options(kind.list):
            tone = tones.get(each.value, "")
            yield pb.Option(value=each.value, label=each.caption, retired=each.retired, tone=tone)
    elif isinstance(kind, Picklist | Words):
        words, targets = _of(presentation.words, name), _of(presentation.targets, name)
        for value in kind.options:
            label = words.get(value) or spoken(value)
            target = targets.get(value, "")
            tone = tones.get(value, "")
            yield pb.Option(
                value=value, label=label, tone=tone, target=target, closed=value in closed
            )


def _tags(choices: Choices, entity: str = "") -> Iterator[pb.Option]:
    for each in choices.tags.told(entity):
        yield pb.Option(
            value=each.value,
            label=each.name,
            retired=each.retired,
            tone=each.tone,
            group=each.category,
        )


def _of(said: Mapping[str, Mapping[str, str]], name: str) -> Mapping[str, str]:
    return said.get(name, {})


def title_of(record: type[Record]) -> Any:
    """The column that names a record."""
    return record.__table__.c[record.title]
