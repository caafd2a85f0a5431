"""What the columns of a file mean: the plan of an import, checked against entity and heading."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz import process as fuzzy

from kit.access.fields import seen
from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Field, Record, Reference, References, Rows, Words
from kit.errors import Invalid
from kit.importing.sheet import cells

PEOPLE = "identity.Person"
_CUSTOM = "custom."
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field of every line comes from: a column, or a constant."""

    path: str
    column: str
    place: int | None
    constant: str
    replaced: Mapping[str, str]
    many: bool

    @property
    def name(self) -> str:
        return self.path.partition(":")[0]

    @property
    def by(self) -> str:
        """The field by which a referenced record is found; empty when the id itself is given."""
        return self.path.partition(":")[2]

    @property
    def custom_key(self) -> str:
        return self.name.removeprefix(_CUSTOM) if self.name.startswith(_CUSTOM) else ""

    def text(self, found: list[str]) -> str:
        """What a line says, after the value map."""
        if self.place is None:
            return self.constant
        said = found[self.place].strip() if self.place < len(found) else ""
        return self.replaced.get(said, said)


@dataclass(frozen=True, slots=True)
class Layout:
    """The plan of an import, ready to read lines by."""

    record: type[Record]
    sources: tuple[Source, ...]
    match: str
    delimiter: str
    width: int

    def read(self, original: str) -> list[tuple[Source, str]]:
        """The fields that one line fills; an empty cell leaves its field as it is."""
        found = cells(original, self.delimiter)
        if any(cell.strip() for cell in found[self.width :]):
            raise ValueError(f"This line has {len(found)} cells; the heading has {self.width}.")
        told = ((source, source.text(found)) for source in self.sources)
        return [(source, text) for source, text in told if text]

    def field(self, source: Source) -> Field:
        return self.record.fields[source.name]

    def references(self) -> Iterator[Source]:
        """The sources that name other records by a field of theirs."""
        return (source for source in self.sources if source.by)

    def target(self, source: Source) -> str:
        kind = self.field(source).said.kind
        return kind.target if isinstance(kind, Reference | References) else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the person who imports asked for, as it is kept with the import."""

    columns: Mapping[str, str]
    values: Mapping[str, str]
    constants: Mapping[str, str]
    match: str

    @classmethod
    def of(cls, message: Any) -> "Plan":
        return cls(
            dict(message.columns), dict(message.values), dict(message.constants), message.match
        )

    def over(self, before: "Plan") -> "Plan":
        """The plan as a correction of an earlier one."""
        return Plan(
            self.columns or before.columns,
            {**before.values, **self.values},
            {**before.constants, **self.constants},
            self.match or before.match,
        )

    def layout(self, record: type[Record], heading: list[str], delimiter: str) -> Layout:
        """The plan for files with this heading, taken at its word."""
        mapped = [
            Source(
                path,
                column,
                heading.index(column),
                "",
                self._replaced(column, path),
                _many(record, path),
            )
            for column, path in self.columns.items()
        ]
        given = [
            Source(path, "", None, text, {}, _many(record, path))
            for path, text in self.constants.items()
        ]
        return Layout(record, (*mapped, *given), self.match, delimiter, len(heading))

    def _replaced(self, column: str, path: str) -> dict[str, str]:
        """The value map of one column, named by the column or by its field."""
        names = (column, path, path.partition(":")[0])
        starts = [f"{name}:" for name in names]
        return {
            key[len(start) :].strip(): value
            for key, value in self.values.items()
            for start in starts
            if key.startswith(start)
        }

    def check(self, policy: Policy, actor: Actor, record: type[Record], heading: list[str]) -> None:
        """Invalid names every part of the plan that does not fit, with what comes nearest."""
        limits = policy.field_access(actor, record.entity)
        fields = {
            name: record.fields[name]
            for name in seen(policy, actor, record, record.fields)
            if limits.get(name) != "read"
        }
        own = "custom" not in limits
        wrong = {
            "columns": " ".join(self._wrong_columns(fields, heading, custom=own)),
            "constants": " ".join(_wrong_paths(self.constants, fields, self.match, custom=own)),
            "values": " ".join(self._wrong_values()),
            "match": self._wrong_match(fields),
        }
        if found := {name: text for name, text in wrong.items() if text}:
            raise Invalid("", found)

    def _wrong_columns(
        self, fields: Mapping[str, Field], heading: list[str], *, custom: bool
    ) -> Iterator[str]:
        if not self.columns:
            yield "Say which column becomes which field."
        for column in self.columns:
            if column not in heading:
                yield f"The file has no column {column!r}{nearest(column, heading)}."
            elif heading.count(column) > 1:
                yield f"Two columns are called {column!r}; rename one."
        yield from _wrong_paths(self.columns.values(), fields, self.match, custom=custom)
        yield from self._twice()

    def _twice(self) -> Iterator[str]:
        names = [path.partition(":")[0] for path in (*self.columns.values(), *self.constants)]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield f"The field {name!r} is filled twice; leave one out."

    def _wrong_values(self) -> Iterator[str]:
        named = {*self.columns, *self.columns.values()}
        named |= {path.partition(":")[0] for path in self.columns.values()}
        for key in self.values:
            if not any(key.startswith(f"{name}:") for name in named):
                name = key.partition(":")[0]
                yield f"No column is mapped to {name!r}{nearest(name, named)}."

    def _wrong_match(self, fields: Mapping[str, Field]) -> str:
        names = [path.partition(":")[0] for path in (*self.columns.values(), *self.constants)]
        if not self.match:
            return ""
        if self.match not in names:
            return f"Map a column to {self.match!r}, or match by another field."
        known = fields.get(self.match)
        if known is None or isinstance(known.said.kind, Rows | Words | References):
            return f"Records cannot be found by {self.match!r}."
        return ""


def _many(record: type[Record], path: str) -> bool:
    known = record.fields.get(path.partition(":")[0])
    return known is not None and isinstance(known.said.kind, Words | References)


def _wrong_paths(
    paths: Iterable[str], fields: Mapping[str, Field], match: str, *, custom: bool
) -> Iterator[str]:
    """What is wrong with the paths; `custom` says whether the person may set custom fields."""
    for path in paths:
        own = path.startswith(_CUSTOM)
        text = _wrong_custom(path, may=custom) if own else _wrong_path(path, fields, match)
        if text:
            yield text


def _wrong_custom(path: str, *, may: bool) -> str:
    name = path.partition(":")[0]
    if not may:
        return f"There is no field {name!r} that you may set."
    return "" if name.removeprefix(_CUSTOM).isidentifier() else f"{name!r} is no custom field."


def _wrong_path(path: str, fields: Mapping[str, Field], match: str) -> str:
    name, _, by = path.partition(":")
    known = fields.get(name)
    if known is None:
        return f"There is no field {name!r} that you may set{nearest(name, fields)}."
    if isinstance(known.said.kind, Rows):
        return f"{name!r} holds rows, which do not fit into a cell."
    if not (known.said.editable or known.said.creatable or name == match):
        return f"{name!r} is filled in by the system; leave it out."
    return _wrong_reference(name, by, known) if by else ""


def _wrong_reference(name: str, by: str, known: Field) -> str:
    kind = known.said.kind
    if not isinstance(kind, Reference | References):
        return f"{name!r} names no other record; leave out ':{by}'."
    if kind.target == PEOPLE and by not in ("name", "email"):
        return f"People are found by name or email, not by {by!r}."
    return ""


def nearest(name: str, existing: Collection[str]) -> str:
    """What somebody probably meant, to be put at the end of a sentence."""
    # Of a mapping the names are meant, not what they stand for.
    best = fuzzy.extractOne(name, list(existing), scorer=fuzz.WRatio, score_cutoff=_NEAR)
    return f"; the nearest is {best[0]!r}" if best else ""
