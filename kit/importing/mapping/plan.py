"""What the person who imports asked for, checked against entity and heading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kit.access.permit import Permit
from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Field, Record, References, Rows, Words
from kit.errors import Invalid
from kit.importing.file import forms
from kit.importing.file.guarding import GUARDED
from kit.importing.file.guesses import DAY, Guess
from kit.importing.mapping.layout import Layout, Source, holding
from kit.importing.mapping.paths import Path, keys_of, nearest, parted, wrong_paths

FILL, OVERWRITE, SKIP = "fill", "overwrite", "skip"
"""What is done with a record that is there already: what it lacks is filled, it says what the line says,
or it stays as it is."""

Guesses = Mapping[str, Guess]
"""What the file speaks for, by column."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the person who imports asked for, as it is kept with the import."""

    columns: Mapping[str, str]
    values: Mapping[str, str]
    constants: Mapping[str, str]
    match: str
    forms: Mapping[str, str] = field(default_factory=dict)
    days: str = ""
    numbers: str = ""
    empty_words: Sequence[str] = ()
    skip_without_key: bool = False
    formulas_quoted: bool = False
    allow_duplicates: bool = False
    on_match: str = ""
    # Of a file of several entities: which import fills which reference, and whether lines take these along.
    after: Mapping[str, str] = field(default_factory=dict)
    along: bool = False

    @classmethod
    def of(cls, message: Any) -> "Plan":
        return cls(
            dict(message.columns),
            dict(message.values),
            dict(message.constants),
            message.match,
            dict(message.forms),
            message.days,
            message.numbers,
            tuple(message.empty_words),
            message.skip_without_key,
            message.formulas_quoted,
            message.allow_duplicates,
            message.on_match,
            dict(message.part.after),
            message.part.along,
        )

    def kept(self) -> dict[str, Any]:
        """As it is stored; what was not asked for is left out, so an older program reads it too."""
        always = ("columns", "values", "constants", "match")
        return {name: each for name, each in asdict(self).items() if each or name in always}

    def over(self, before: "Plan") -> "Plan":
        """The plan as a correction of an earlier one."""
        return Plan(
            self.columns or before.columns,
            {**before.values, **self.values},
            {**before.constants, **self.constants},
            self.match or before.match,
            {**before.forms, **self.forms},
            self.days or before.days,
            self.numbers or before.numbers,
            (*before.empty_words, *self.empty_words),
            self.skip_without_key or before.skip_without_key,
            self.formulas_quoted or before.formulas_quoted,
            self.allow_duplicates,
            self.on_match or before.on_match,
            before.after,
            before.along,
        )

    def layout(
        self,
        permit: Permit,
        heading: list[str],
        delimiter: str,
        *,
        guesses: Guesses | None = None,
    ) -> Layout:
        """The plan for files with this heading, taken at its word, as somebody's who sees these fields."""
        fields = {**permit.record.fields, **permit.custom.fields}
        constants = [_constant(fields, path, text) for path, text in self.constants.items()]
        return Layout(
            permit.record,
            (*self._mapped(permit.record, fields, heading, guesses or {}), *constants),
            self.match,
            delimiter,
            len(heading),
            guarded=self.formulas_quoted or GUARDED in heading,
            empty=frozenset(each.casefold() for each in self.empty_words),
            skips=self.skip_without_key,
            zone=_zone(permit.zone),
            custom=_free(permit.custom.fields, permit.limits),
            after=frozenset(self.after),
            along=self.along,
        )

    def _mapped(
        self,
        record: type[Record],
        fields: Mapping[str, Field],
        heading: list[str],
        guesses: Guesses,
    ) -> Iterator[Source]:
        # A map has no order of its own on the wire; the file has.
        for column, target in sorted(self.columns.items(), key=lambda each: heading.index(each[0])):
            halves = parted(target)
            for number, path in enumerate(map(Path.of, halves)):
                kind = path.kind(fields)
                yield Source(
                    path,
                    kind,
                    column,
                    heading.index(column),
                    replaced={
                        **record.words_of_files.get(path.spot, {}),
                        **self._replaced(column, path),
                    },
                    form=self._form(column, path, holding(kind), guesses),
                    half=number if len(halves) > 1 else None,
                )

    def _form(self, column: str, path: Path, holds: str, guesses: Guesses) -> str:
        """What was said of the column or the file, or else what the column itself speaks for."""
        said = (self.forms.get(name, "") for name in (column, path.text, path.spot, path.name))
        of_all = (self.days if holds == DAY else self.numbers) if holds else ""
        guess = guesses.get(column)
        return next(filter(None, said), "") or of_all or (guess.form if guess else "")

    def _replaced(self, column: str, path: Path) -> dict[str, str]:
        """The value map of one column, named by the column or by its field."""
        names = (column, path.text, path.spot, path.name)
        starts = [f"{name}:" for name in names]
        return {
            key[len(start) :].strip(): value
            for key, value in self.values.items()
            for start in starts
            if key.startswith(start)
        }

    def check(self, policy: Policy, actor: Actor, record: type[Record], heading: list[str]) -> None:
        """Invalid names every part of the plan that does not fit, with what comes nearest."""
        permit = policy.permit(actor, record)
        limits, custom = permit.limits, permit.custom.fields
        fields = {name: known for name, known in record.fields.items() if name not in limits}
        fields |= _free(custom, limits)
        wrong = {
            "columns": " ".join(self._wrong_columns(fields, heading)),
            "constants": " ".join(wrong_paths(self.constants, fields, keys_of(self.match))),
            "values": " ".join(self._wrong_values()),
            "match": " ".join(self._wrong_match(fields)),
            "on_match": self._wrong_on_match(),
            "forms": " ".join(self._wrong_forms(fields)),
            "days": _wrong_form(self.days, forms.DAYS),
            "numbers": _wrong_form(self.numbers, forms.NUMBERS),
        }
        if found := {name: text for name, text in wrong.items() if text}:
            raise Invalid("", found)

    def _wrong_columns(self, fields: Mapping[str, Field], heading: list[str]) -> Iterator[str]:
        if not self.columns:
            yield "Say which column becomes which field."
        for column in self.columns:
            if column not in heading:
                yield f"The file has no column {column!r}{nearest(column, heading)}."
            elif heading.count(column) > 1:
                yield f"Two columns are called {column!r}; rename one."
        yield from wrong_paths((*self.columns.values(), *self.after), fields, keys_of(self.match))
        yield from self._twice()

    def _paths(self) -> list[Path]:
        targets = (*self.columns.values(), *self.constants, *self.after)
        return [Path.of(path) for target in targets for path in parted(target)]

    def _twice(self) -> Iterator[str]:
        spots = [path.spot for path in self._paths()]
        for spot in sorted({each for each in spots if spots.count(each) > 1}):
            yield f"The field {spot!r} is filled twice; leave one out."

    def _named(self) -> set[str]:
        """The names by which a plan may speak of its columns."""
        paths = (name for path in self._paths() for name in (path.text, path.spot, path.name))
        return {*self.columns, *self.columns.values(), *paths}

    def _wrong_values(self) -> Iterator[str]:
        named = self._named()
        for key in self.values:
            if not any(key.startswith(f"{name}:") for name in named):
                name = key.partition(":")[0]
                yield f"No column is mapped to {name!r}{nearest(name, named)}."

    def _wrong_forms(self, fields: Mapping[str, Field]) -> Iterator[str]:
        named = self._named()
        for name, form in self.forms.items():
            if name not in named:
                yield f"No column is mapped to {name!r}{nearest(name, named)}."
            elif wrong := _wrong_form(form, self._forms_of(name, fields)):
                yield f"{name!r}: {wrong}"

    def _forms_of(self, name: str, fields: Mapping[str, Field]) -> Mapping[str, str]:
        path = Path.of(self.columns.get(name, name))
        known = fields.get(path.name)
        column = path.column_of(known.said.kind) if known else None
        kind = column.kind if column else known.said.kind if known else None
        holds = holding(kind)
        return forms.DAYS if holds == DAY else forms.NUMBERS if holds else {}

    def _wrong_match(self, fields: Mapping[str, Field]) -> Iterator[str]:
        spots = [path.spot for path in self._paths()]
        for key in keys_of(self.match):
            known = fields.get(key)
            if key not in spots:
                yield f"Map a column to {key!r}, or match by another field."
            elif known is None or isinstance(known.said.kind, Rows | Words | References):
                yield f"Records cannot be found by {key!r}."

    def _wrong_on_match(self) -> str:
        if self.on_match not in ("", FILL, OVERWRITE, SKIP):
            return f"Choose one of: {OVERWRITE}, {FILL}, {SKIP}."
        if self.on_match and not self.match:
            return "Say by which field records are matched, or leave this out."
        return ""


def _constant(fields: Mapping[str, Field], target: str, text: str) -> Source:
    path = Path.of(target)
    return Source(path, path.kind(fields), constant=text)


def _free(custom: Mapping[str, Field], limits: Mapping[str, str]) -> Mapping[str, Field]:
    """The custom fields that a person may set."""
    if "custom" in limits:
        return {}
    return {name: known for name, known in custom.items() if name not in limits}


def _wrong_form(form: str, known: Mapping[str, str]) -> str:
    if not form or form in known:
        return ""
    if not known:
        return "This column holds neither days nor numbers."
    return f"Choose one of: {'; '.join(f'{name}: {words}' for name, words in known.items())}."


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
