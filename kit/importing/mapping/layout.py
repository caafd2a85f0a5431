"""How one line of a file is read: which cell fills which field, and in which form it stands there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from kit.entity import Day, Field, Instant, Integer, Record, Reference, References, Tags, Words
from kit.entity.kinds import Decimals, Kind
from kit.importing.file import forms, names
from kit.importing.file.guarding import unguarded
from kit.importing.file.guesses import DAY, NUMBER, WHOLE
from kit.importing.file.sheet import cells
from kit.importing.mapping.paths import BY_RULES, Path, keys_of


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field of every line comes from: a column, or a constant."""

    path: Path
    kind: Kind | None
    column: str = ""
    place: int | None = None
    constant: str = ""
    replaced: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    # Which half of a full name, where one column fills two fields.
    half: int | None = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def spot(self) -> str:
        return self.path.spot

    @property
    def by(self) -> str:
        """The field by which a referenced record is found; empty when the id itself is given."""
        return self.path.by

    @property
    def custom_key(self) -> str:
        return self.path.custom_key

    @property
    def many(self) -> bool:
        return isinstance(self.kind, Words | References)

    def parted(self, text: str) -> list[str]:
        """The values in one cell: by semicolons, tags by commas as well, which none of them holds."""
        return re.split("[;,]" if isinstance(self.kind, Tags) else ";", text)

    def text(self, found: list[str], empty: frozenset[str]) -> str:
        """What a line says, after the value map and without words that mean nothing."""
        if self.place is None:
            return self.constant
        said = found[self.place].strip() if self.place < len(found) else ""
        if said in self.replaced:
            said = self.replaced[said]
        elif said.casefold() in empty:
            said = ""
        return said if self.half is None else names.split(said)[self.half]

    def formed(self, text: str, zone: tzinfo) -> str:
        """A day or a number as its field reads it; ValueError when it is not in the form of the column."""
        holds = holding(self.kind)
        if holds == DAY:
            form = self.form or "ymd"
            if isinstance(self.kind, Instant):
                return forms.instant(text, form, zone)
            return forms.day(text, form)
        if holds:
            read = forms.number(text, self.form or forms.POINT)
            return forms.whole(read) if holds == WHOLE else read
        return text


def holding(kind: Kind | None) -> str:
    """Whether values of a kind have a form that files differ in."""
    if isinstance(kind, Day | Instant):
        return DAY
    if isinstance(kind, Integer):
        return WHOLE
    return NUMBER if isinstance(kind, Decimals) else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The plan of an import, ready to read lines by."""

    record: type[Record]
    sources: tuple[Source, ...]
    match: str
    delimiter: str
    width: int
    guarded: bool = False
    empty: frozenset[str] = frozenset()
    skips: bool = False
    zone: tzinfo = UTC
    # The custom fields that the importer may set, by name.
    custom: Mapping[str, Field] = field(default_factory=dict)
    # The references that other imports of the same file fill.
    after: frozenset[str] = frozenset()
    # Whether lines take these records along, or say nothing of them.
    along: bool = False

    def cells(self, original: str) -> list[str]:
        """The cells of a line as they stood before they were made safe for a spreadsheet."""
        found = cells(original, self.delimiter)
        return unguarded(found) if self.guarded else found

    def read(self, original: str) -> list[tuple[Source, str]]:
        """The fields that one line fills; an empty cell leaves its field as it is."""
        found = self.cells(original)
        if any(cell.strip() for cell in found[self.width :]):
            raise ValueError(f"This line has {len(found)} cells; the heading has {self.width}.")
        texts = ((source, source.text(found, self.empty)) for source in self.sources)
        return [(source, text) for source, text in texts if text]

    @property
    def by_rules(self) -> bool:
        """Whether records are found by the rules on duplicates."""
        return self.match == BY_RULES

    @property
    def keys(self) -> Sequence[str]:
        """The fields that together say which record a line means."""
        return keys_of(self.match)

    @property
    def needed(self) -> Sequence[str]:
        """The fields without which a line means no record."""
        return [each for each in self.keys if each not in self.after] or (self.record.title,)

    def says_nothing(self, texts: Sequence[tuple[Source, str]]) -> bool:
        """Whether a line takes none of these records along."""
        return self.along and not any(source.column for source, _ in texts)

    def field(self, source: Source) -> Field:
        return self.record.fields[source.name]

    def references(self) -> Iterator[Source]:
        """The sources that name other records by a field of theirs."""
        return (source for source in self.sources if source.by)

    def target(self, source: Source) -> str:
        return source.kind.target if isinstance(source.kind, Reference | References) else ""
