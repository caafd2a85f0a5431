"""Where a column goes: a field, a field of another record, a row within the record, two halves of a name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz import process as fuzzy

from kit.custom_fields.fields import PREFIX
from kit.entity import Field, Picklist, Reference, References, Rows
from kit.entity.kinds import Kind, Text
from kit.entity.rows import Column

PEOPLE = "identity.Person"
BY_RULES = "duplicates"
"""What is said in place of a field where records are found by the rules on duplicates."""
_NEAR = 60
_ROW = re.compile(r"(\w+)(?:\[([^\]]+)\])?\.(\w+)")


@dataclass(frozen=True, slots=True)
class Path:
    """One place that a column fills, as a plan writes it."""

    text: str
    name: str
    by: str = ""
    custom_key: str = ""
    # Of a row within the record: which row, by its kind, and which of its columns.
    row: str = ""
    column: str = ""

    @classmethod
    def of(cls, text: str) -> "Path":
        """`account_id:name`, `custom.region`, `addresses.city` or `addresses[billing].city`."""
        name, _, by = text.partition(":")
        if name.startswith(PREFIX):
            return cls(text, name, by, custom_key=name.removeprefix(PREFIX))
        if within := _ROW.fullmatch(name):
            return cls(text, within[1], by, row=within[2] or "", column=within[3])
        return cls(text, name, by)

    @property
    def spot(self) -> str:
        """What is filled, without how it is found: it is filled once, and reasons stand under it."""
        return self.text.partition(":")[0]

    def kind(self, fields: Mapping[str, Field]) -> Kind | None:
        """The kind of what is filled; None where a field is no longer there."""
        if self.name not in fields:
            return None
        kind = fields[self.name].said.kind
        column = self.column_of(kind) if self.column else None
        return column.kind if column else kind

    def column_of(self, kind: Kind) -> Column | None:
        """The column of a row that is filled."""
        columns = kind.row.columns if isinstance(kind, Rows) else ()
        return next((each for each in columns if each.name == self.column), None)


def parted(path: str) -> list[str]:
    """The one or two places that a column fills: `first_name+last_name` takes a full name apart."""
    return [each.strip() for each in path.split("+")]


def keys_of(match: str) -> list[str]:
    """The fields that together say which record is meant, as a plan writes them."""
    return parted(match) if match not in ("", BY_RULES) else []


def row_kinds(kind: Rows) -> tuple[str, list[str]]:
    """The column that tells rows of a record apart, and its values; neither where there is none."""
    for each in kind.row.columns:
        if isinstance(each.kind, Picklist):
            return each.name, list(each.kind.options)
    return "", []


def wrong_paths(
    paths: Iterable[str], fields: Mapping[str, Field], keys: Sequence[str]
) -> Iterator[str]:
    """What is wrong with the paths; the fields are those that the person may set."""
    for text in paths:
        halves = parted(text)
        if len(halves) > 1:
            yield from _wrong_halves(text, halves, fields)
        for path in map(Path.of, halves):
            if wrong := _wrong(path, fields, keys):
                yield wrong


def _wrong_halves(text: str, halves: list[str], fields: Mapping[str, Field]) -> Iterator[str]:
    known = [fields[each] for each in halves if each in fields]
    texts = all(isinstance(each.said.kind, Text) for each in known)
    if len(halves) > 2 or len(known) != len(halves) or not texts:  # noqa: PLR2004 - two halves
        yield f"{text!r}: a full name becomes two fields of text, like 'first_name+last_name'."


def _wrong(path: Path, fields: Mapping[str, Field], keys: Sequence[str]) -> str:
    known = fields.get(path.name)
    if known is None:
        return f"There is no field {path.name!r} that you may set{nearest(path.name, fields)}."
    if not (known.said.editable or known.said.creatable or path.name in keys):
        return f"{path.name!r} is filled in by the system; leave it out."
    kind = known.said.kind
    if isinstance(kind, Rows):
        return _wrong_row(path, kind)
    if path.column:
        return f"{path.name!r} holds no rows; leave out '.{path.column}'."
    return wrong_reference(path, kind) if path.by else ""


def _wrong_row(path: Path, kind: Rows) -> str:
    names = [each.name for each in kind.row.columns]
    if not path.column:
        return f"{path.name!r} holds rows; say which part, like '{path.name}.{names[-1]}'."
    column = path.column_of(kind)
    if column is None:
        near = nearest(path.column, names) or f"; there are {', '.join(names)}"
        return f"Rows of {path.name!r} have no {path.column!r}{near}."
    _, rows = row_kinds(kind)
    if path.row and path.row not in rows:
        near = nearest(path.row, rows) or f"; take one of {', '.join(rows)}"
        return f"There is no kind {path.row!r} of {path.name!r}{near}."
    return wrong_reference(path, column.kind) if path.by else ""


def wrong_reference(path: Path, kind: Kind) -> str:
    """What is wrong with finding another record by a field of its own."""
    if not isinstance(kind, Reference | References):
        return f"{path.spot!r} names no other record; leave out ':{path.by}'."
    if not kind.target:
        return (
            f"{path.spot!r} may name a record of any kind, which cannot be found by its"
            f" {path.by!r}; give the id and leave out ':{path.by}'."
        )
    if kind.target == PEOPLE and path.by not in ("name", "email"):
        return f"People are found by name or email, not by {path.by!r}."
    return ""


def nearest(name: str, existing: Iterable[str]) -> str:
    """What somebody probably meant, to be put at the end of a sentence."""
    # Of a mapping the names are meant, not what they stand for.
    best = fuzzy.extractOne(name, list(existing), scorer=fuzz.WRatio, score_cutoff=_NEAR)
    return f"; the nearest is {best[0]!r}" if best else ""
