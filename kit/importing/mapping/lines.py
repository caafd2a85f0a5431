"""One line on its way into a record: what it says, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kit.choices import Choices
from kit.entity import Choice, Rows, Tags
from kit.errors import Invalid, Problem
from kit.importing.mapping.layout import Layout, Source
from kit.importing.mapping.references import Names, Reason, no_such_tag, not_offered
from kit.importing.mapping.rows import lacking, merged

_WHOLE = "Line {}, of the same record, is rejected; a record is taken in with all of its lines."


@dataclass(slots=True)
class Line:
    """One line of a file, from its text to its record."""

    number: int
    original: str
    texts: list[tuple[Source, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    record_id: UUID | None = None
    # For the way back: the version that the record got, and what it said before.
    version: int | None = None
    before: Mapping[str, Any] | None = None
    reasons: dict[str, Reason] = field(default_factory=dict)
    # In a trial: the references to what it would have made.
    promised: set[str] = field(default_factory=set)
    # Of several lines that are one record, those behind the first, which are taken in with it.
    others: list["Line"] = field(default_factory=list)
    follows: bool = False

    def with_others(self) -> Iterator["Line"]:
        """The line and those that went where it went: into the same record, or nowhere."""
        yield self
        for line in self.others:
            line.state, line.record_id, line.reasons = self.state, self.record_id, {}
            if self.state == "created":
                line.state = "updated"
            if self.state == "rejected":
                line.go_with(self)
            yield line

    def go_with(self, other: "Line") -> None:
        """Leaves the line out because another one of its record is left out."""
        self.state, self.reasons = "rejected", {"": Reason(_WHOLE.format(other.number))}

    def reject(self, problem: Problem) -> None:
        """Leaves the line out and keeps the reasons."""
        self.state, self.record_id = "rejected", None
        self.version = self.before = None
        reasons = problem.fields or {"": problem.message}
        self.reasons = {name: Reason(why) for name, why in reasons.items()}

    def read(self, layout: Layout) -> None:
        """Takes the text apart; a line without its key may be one to leave out."""
        try:
            self.texts = layout.read(self.original)
        except ValueError as wrong:
            self.state, self.reasons = "rejected", {"": Reason(str(wrong))}
            return
        spots = {source.spot for source, _ in self.texts}
        lacking = layout.skips and not spots.issuperset(layout.needed)
        if lacking or layout.says_nothing(self.texts):
            self.state = "skipped"

    def names(self) -> Iterable[tuple[Source, str]]:
        """The records that the line refers to by name."""
        for source, text in self.texts:
            if source.by:
                yield from ((source, each) for each in _each(source, text))

    def understand(self, layout: Layout, names: Names, choices: Choices) -> None:
        """Turns texts into values; every field that is wrong is said."""
        for source, text in self.texts:
            if source.custom_key:
                self._add_custom(layout, choices, source, text)
            else:
                self._understand(layout, names, source, text)
        for name, value in self.values.items():
            self._judge(layout, choices, name, value)
        if self.reasons:
            self.state = "rejected"

    def _add_custom(self, layout: Layout, choices: Choices, source: Source, text: str) -> None:
        assert source.kind is not None  # noqa: S101 - the plan was checked
        if isinstance(source.kind, Choice):
            if (meant := choices.meant(source.kind.list, text)) is None:
                told = not_offered(text, choices.captions(source.kind.list))
                self.reasons[source.spot] = told
                return
            text = meant.value
        try:
            said = _split(source, text) if source.many else source.formed(text, layout.zone)
            self.custom[source.custom_key] = source.kind.show(source.kind.parse(said))
        except ValueError as wrong:
            self.reasons[source.spot] = Reason(str(wrong))

    def _understand(self, layout: Layout, names: Names, source: Source, text: str) -> None:
        assert source.kind is not None  # noqa: S101 - only custom fields have no kind
        found = [names.of(source, each) for each in _each(source, text)] if source.by else []
        missing = next((each for each in found if isinstance(each, Reason)), None)
        if missing is not None:
            self.reasons[source.spot] = missing
            return
        try:
            said = _split(source, text) if source.many else source.formed(text, layout.zone)
            value = found or source.kind.parse(said)
        except ValueError as wrong:
            self.reasons[source.spot] = Reason(str(wrong))
            return
        self._fill(source, value if source.many or not found else found[0])

    def _fill(self, source: Source, value: Any) -> None:
        if source.path.column:
            row = self.rows.setdefault(source.name, {}).setdefault(source.path.row, {})
            row[source.path.column] = value
        else:
            self.values[source.name] = value

    def _judge(self, layout: Layout, choices: Choices, name: str, value: Any) -> None:
        """What is meant from a list; what no list knows is said with the line's other faults."""
        kind = layout.record.fields[name].said.kind
        if isinstance(kind, Tags):
            self._judge_tags(layout, choices, name, value)
        if not isinstance(kind, Choice) or value is None:
            return
        if (meant := choices.meant(kind.list, value)) is not None:
            self.values[name] = meant.value
        else:
            self.reasons[name] = not_offered(value, choices.captions(kind.list))

    def _judge_tags(
        self, layout: Layout, choices: Choices, name: str, words: Iterable[str]
    ) -> None:
        """What a cell names by whatever tags are or were called; one that is unknown is said."""
        called = {word: choices.tags.called(word) for word in words}
        self.values[name] = list(dict.fromkeys(each.value for each in called.values() if each))
        for word, label in called.items():
            if label is None:
                near = choices.tags.nearest(layout.record.entity, word)
                self.reasons[name] = no_such_tag(word, near)

    def lacks(self, layout: Layout) -> None:
        """Says of a new record that is rejected what else it would need."""
        for name, known in layout.record.fields.items():
            needed = known.required and known.said.creatable
            if needed and layout.record.initial.get(name) is None and not self._speaks_of(name):
                self.reasons[name] = Reason("Fill this in.")
        for name, known in layout.custom.items():
            if known.required and known.said.initial is None and not self._says(name):
                self.reasons[name] = Reason("Fill this in.")

    def _says(self, name: str) -> bool:
        return name in self.reasons or any(source.name == name for source, _ in self.texts)

    def _speaks_of(self, name: str) -> bool:
        spoken = {source.name for source, _ in self.texts}
        spoken |= self.values.keys() | self.promised
        return name in spoken or any(spot.partition(".")[0] == name for spot in self.reasons)

    def filled(self, layout: Layout, before: Mapping[str, Any]) -> dict[str, Any]:
        """All values, with the rows that a record had before; Invalid where a row lacks something."""
        values = dict(self.values)
        lines = (self, *self.others)
        for name in dict.fromkeys(name for line in lines for name in line.rows):
            kind = layout.record.fields[name].said.kind
            assert isinstance(kind, Rows)  # noqa: S101 - only rows have parts
            said = [line.rows[name] for line in lines if name in line.rows]
            values[name] = merged(kind, before.get(name) or (), said)
            if wrong := lacking(kind, values[name]):
                raise Invalid("", {name: wrong})
        return values

    def stored(self) -> dict[str, Any]:
        """The reasons as they are kept."""
        return {
            name: {"why": each.why, "nearest": each.nearest} for name, each in self.reasons.items()
        }


def _each(source: Source, text: str) -> list[str]:
    """A cell that fills a list holds several names; a name of one record may hold any sign."""
    return _split(source, text) if source.many else [text]


def _split(source: Source, text: str) -> list[str]:
    return [part for each in source.parted(text) if (part := each.strip())]
