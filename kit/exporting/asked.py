"""Which fields an export gives: those that were asked for, or all that the viewer sees."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.v1 import exports_pb2 as pb

from kit.access.permit import Permit
from kit.database.transaction import Transaction
from kit.entity import Money, Reference, Rows
from kit.errors import Invalid
from kit.exporting.columns import Columns
from kit.exporting.walk import Walk
from kit.records.process import Process
from kit.records.read.naming import says_where
from kit.wire import Shape

_CUSTOM, _KEY = "custom", "custom."


@dataclass(frozen=True, slots=True)
class Fields:
    """What is given, in the order of the columns, where `custom` may stand for all custom fields."""

    given: Sequence[str]

    @property
    def read(self) -> tuple[str, ...]:
        """What is read of each row; custom fields always are."""
        return tuple(name for name in self.given if not _is_custom(name))


def fields_asked(permit: Permit, shape: Shape, asked: Sequence[str]) -> Fields:
    """The fields of an export; Invalid names one that is not there, or not for the viewer."""
    seen = permit.seen(shape.names)
    custom = [_CUSTOM] if permit.sees(_CUSTOM) else []
    for name in asked:
        if name not in seen and name not in custom and name not in permit.custom.fields:
            known = ", ".join((*seen, *custom))
            raise Invalid(fields=f"There is no field {name!r}; take one of: {known}.")
    wanted = asked or (*(each for each in seen if not _holds_rows(permit, each)), *custom)
    return Fields(list(dict.fromkeys(("id", *_with_beside(permit, wanted, frozenset(seen))))))


def _is_custom(name: str) -> bool:
    head, _, key = name.partition(".")
    return name == _CUSTOM or (head == _CUSTOM and key.isidentifier())


def _holds_rows(permit: Permit, name: str) -> bool:
    return isinstance(permit.record.fields[name].said.kind, Rows)


def _with_beside(permit: Permit, wanted: Iterable[str], seen: frozenset[str]) -> Iterator[str]:
    """Each field with the one without which it says little: an amount with its currency."""
    for name in wanted:
        yield name
        known = permit.custom.fields.get(name) or permit.record.fields.get(name)
        kind = known.said.kind if known else None
        beside = kind.currency if isinstance(kind, Money) else ""
        if isinstance(kind, Reference) and not kind.target and name != "id":
            beside = says_where(permit.record, name)
        if beside in seen or beside in permit.custom.fields:
            yield beside


async def columns_of(
    process: Process,
    walk: Walk,
    snapshot: Transaction,
    fields: Fields,
    request: pb.ExportRequest,
) -> Columns:
    """The columns for these fields; which custom fields there are, the rows themselves say."""
    labels = request.choices == "labels" and request.format != "jsonl"
    columns = Columns(walk.permit.record, process.choices, labels=labels)
    for name in fields.given:
        if name == _CUSTOM:
            columns.add_custom(await walk.custom_keys(snapshot), walk.permit.custom.fields)
        elif _is_custom(name):
            columns.add_custom([name.removeprefix(_KEY)], walk.permit.custom.fields)
        else:
            columns.add(name)
    return columns
