"""What a file shows of itself before it is taken in: its columns, what each may become, how it is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice

from gateway.web.api import Json
from gateway.web.described.catalog import Catalog
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field, worded
from gateway.web.words import _
from kit.errors import Invalid
from kit.importing.file import forms
from kit.importing.file.guesses import DAY, NUMBER, Guess, Survey
from kit.importing.file.languages import is_central, months_first
from kit.importing.file.sheet import Sheet, cells
from kit.importing.opening import Table, is_whole_only, table_of

SAMPLE = 3
_HEAD = 512 * 1024
_FIRST = 500
_DATES = {"date", "instant"}
_NUMBERS = {"integer", "decimal", "money", "percent"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column may go."""

    path: str
    label: str
    kind: str
    group: str = ""
    # Names of columns that probably mean it.
    names: frozenset[str] = frozenset()

    @property
    def has_value(self) -> bool:
        """Whether records can be found by it: a field of theirs that holds one value."""
        plain = not self.group and not {":", "+", "."} & set(self.path.removeprefix("custom."))
        return plain and self.kind not in ("words", "references")


@dataclass(frozen=True, slots=True)
class Source:
    """One column of the file with its first values, what it becomes and how its values are read."""

    column: str
    samples: tuple[str, ...]
    target: str
    form: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    certain: bool = True
    example: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file, read as it seems to be written or as somebody says."""

    heading: list[str]
    lines: list[list[str]]
    encoding: str
    delimiter: str
    guesses: Mapping[int, Guess]
    empty_words: list[str]
    sheet: str = ""
    sheets: Sequence[str] = ()

    @classmethod
    def of(cls, body: bytes, locale: str, plan: Json | None = None) -> "Preview":
        """Invalid says in a sentence why the file cannot be read."""
        told = plan or {}
        head = body[:_HEAD]
        read: Sheet | Table
        if is_whole_only(head):
            read = table_of(BytesIO(body), head, told.get("sheet", ""))
            found = list(islice(read.lines(), _FIRST))
        else:
            asked = told.get("encoding", ""), told.get("delimiter", "")
            read = Sheet(*asked, central=is_central(locale))
            found = list(read.feed(head, last=len(body) <= _HEAD))
        lines = [cells(line, read.delimiter) for _number, line in found]
        if not lines:
            raise Invalid(
                file=_("The file needs a first line with the columns' names, and data below it.")
            )
        guesses, words = _surveyed(len(read.heading), lines, first=months_first(locale))
        return cls(
            read.heading, lines, read.encoding, read.delimiter, guesses, words,
            read.sheet, read.sheets,
        )  # fmt: skip

    @property
    def is_csv(self) -> bool:
        """Whether somebody may say otherwise how it is written."""
        return bool(self.encoding)

    def sources(
        self, targets: Sequence[Target], plan: Json, known: Mapping[str, str] | None = None
    ) -> list[Source]:
        """The columns with what was chosen for them, or else what is known of them or they speak for."""
        chosen, forms_said = plan.get("columns", {}), plan.get("forms", {})
        if chosen.keys().isdisjoint(self.heading):
            # Nothing was said yet, or of another sheet.
            chosen = self._likely(targets, known or {})
        return [
            self._source(place, column, chosen.get(column, ""), forms_said.get(column, ""))
            for place, column in enumerate(self.heading)
        ]

    def _likely(self, targets: Sequence[Target], known: Mapping[str, str]) -> dict[str, str]:
        """What is known of columns goes before what their names only resemble."""
        taken = set(known.values())
        guessed = {column: self._guessed(column, targets) for column in self.heading}
        return {name: path for name, path in guessed.items() if path not in taken} | dict(known)

    def _guessed(self, column: str, targets: Sequence[Target]) -> str:
        """Exports name columns as imports do; where a record stands by id and by name, the name is taken."""
        if any(each.startswith(f"{column}:") for each in self.heading):
            return ""
        named = next((each.path for each in targets if each.path == column), "")
        return named or guessed(column, targets)

    def _source(self, place: int, column: str, target: str, form: str) -> Source:
        values = (line[place] for line in self.lines if place < len(line) and line[place])
        samples = tuple(value for value, _number in zip(values, range(SAMPLE), strict=False))
        guess = self.guesses.get(place)
        if guess is None:
            return Source(column, samples, target)
        offered = forms.DAYS if guess.form in forms.DAYS else forms.NUMBERS
        return Source(
            column, samples, target, form or guess.form, offered, guess.certain, guess.example
        )


def _surveyed(
    width: int, lines: Iterable[Sequence[str]], *, first: bool
) -> tuple[dict[int, Guess], list[str]]:
    """What the columns speak for, whatever they will become."""
    days, numbers = (Survey((place, holds) for place in range(width)) for holds in (DAY, NUMBER))
    for line in lines:
        days.add(line)
        numbers.add(line)
    guesses = numbers.likely(months_first=first) | days.likely(months_first=first)
    return guesses, days.empty_words


def guessed(column: str, targets: Iterable[Target]) -> str:
    """Where a column goes by its name alone."""
    bare = _bare(column)
    return next((each.path for each in targets if bare in each.names), "")


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum()).removesuffix("id")


def targets_of(catalog: Catalog, entity: Entity) -> list[Target]:
    """Where columns may go: fields, records found by a field of theirs, rows, halves of a full name."""
    editable = [each for each in entity.fields if each.editable and each.kind != "custom"]
    plain = [each for each in editable if each.kind != "rows"]
    rows = [each for each in editable if each.kind == "rows"]
    found = [target for each in plain for target in _of_field(catalog, each)]
    return [*found, *_halves(entity, plain), *(each for row in rows for each in _of_rows(row))]


def all_targets(catalog: Catalog, entity: Entity) -> list[Target]:
    """The same, with those of what lines may take along."""
    along = (path for each in TakenAlong.of(catalog, entity) for path in each.offered())
    return [*targets_of(catalog, entity), *along]


def with_paths(targets: Sequence[Target], plan: Json) -> list[Target]:
    """The same, with what a plan fills beyond what the page offers by itself."""
    offered = {each.path for each in targets}
    paths = dict.fromkeys(plan.get("columns", {}).values())
    return [*targets, *(Target(path, path, "") for path in paths if path not in offered)]


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """What lines may take along: records that theirs refer to, under the name of the reference."""

    name: str
    label: str
    entity: Entity
    targets: Sequence[Target]

    @property
    def by_value(self) -> list[Target]:
        return [each for each in self.targets if each.has_value]

    @property
    def likely(self) -> str:
        """By what it is found where nobody says."""
        emails = (each.path for each in self.by_value if each.kind == "email")
        title = self.entity.title_field
        titles = (each.path for each in self.by_value if each.path == title)
        return next(titles, None) or next(emails, "duplicates")

    @classmethod
    def of(cls, catalog: Catalog, entity: Entity) -> "list[TakenAlong]":
        """Those that the person may import; none beside a field of the same name."""
        found = []
        for known in entity.fields:
            name, target = known.name.removesuffix("_id"), catalog.visible(known.target)
            one = known.kind == "reference" and known.editable and name != known.name
            if one and target and target.may("import") and not entity.field(name):
                found.append(cls(name, known.label, target, targets_of(catalog, target)))
        return found

    def offered(self) -> Iterator[Target]:
        """Where columns go that speak of it; nothing is guessed, since it may make a record."""
        for each in self.targets:
            group = f"{self.label}: {each.group}" if each.group else self.label
            yield Target(f"{self.name}.{each.path}", each.label, each.kind, group)


def _of_field(catalog: Catalog, known: Field) -> Iterator[Target]:
    target = catalog.by_name(known.target) if known.target else None
    names = frozenset({_bare(known.label), _bare(known.name)})
    if target is None:
        yield Target(known.name, known.label, known.kind, names=names)
        return
    emails = [each.name for each in target.fields if each.kind == "email"][:1]
    for by in dict.fromkeys([target.title_field, *emails]):
        field_by = target.field(by)
        if field_by is None:
            continue
        label = _("%(field)s (found by %(by)s)", field=known.label, by=field_by.label.lower())
        first = by == target.title_field
        yield Target(
            f"{known.name}:{by}", label, "reference", names=names if first else frozenset()
        )


def _halves(entity: Entity, plain: Sequence[Field]) -> Iterator[Target]:
    """A title that is put together of two texts may be taken apart again."""
    parts = [each for each in plain if each.part_of == entity.title_field and each.kind == "text"]
    title = entity.field(entity.title_field)
    if len(parts) > 1:
        path = "+".join(each.name for each in parts[:2])
        label = _("%(first)s and %(second)s", first=parts[0].label, second=parts[1].label.lower())
        names = {"fullname", *({_bare(title.label)} if title and not title.editable else ())}
        yield Target(path, label, "halves", names=frozenset(names))


def _of_rows(rows: Field) -> Iterator[Target]:
    """The parts of the first row, and of a row of each kind."""
    told = next((each for each in rows.columns if each.options), None)
    parts = [each for each in rows.columns if each is not told]
    for each in parts:
        names = frozenset({_bare(each.label)})
        yield Target(f"{rows.name}.{each.name}", each.label, each.kind, rows.label, names)
    for option in told.options if told else ():
        group = f"{rows.label}: {option.label or worded(option.value)}"
        for each in parts:
            path = f"{rows.name}[{option.value}].{each.name}"
            yield Target(path, each.label, each.kind, group)


def grouped(targets: Iterable[Target]) -> dict[str, list[Target]]:
    """Targets as a list of choices shows them."""
    groups: dict[str, list[Target]] = {}
    for each in targets:
        groups.setdefault(each.group, []).append(each)
    return groups


def forms_that_fit(
    chosen: Mapping[str, str], columns: Mapping[str, str], targets: Iterable[Target]
) -> dict[str, str]:
    """The forms of those columns that become days or numbers; of others a form says nothing."""
    kinds = {each.path: each.kind for each in targets}
    return {
        column: form
        for column, form in chosen.items()
        if kinds.get(columns.get(column, "")) in (_DATES if form in forms.DAYS else _NUMBERS)
    }
