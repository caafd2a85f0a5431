"""One line on its way into a record: what it says, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kit.entity import References, Words
from kit.errors import Problem
from kit.importing.layout import Layout, Source
from kit.importing.references import Names, Reason

_SEPARATOR = ";"


@dataclass(slots=True)
class Line:
    """One line of a file, from its text to its record."""

    number: int
    original: str
    told: list[tuple[Source, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    state: str = ""
    record_id: UUID | None = None
    reasons: dict[str, Reason] = field(default_factory=dict)

    def reject(self, problem: Problem) -> None:
        """Leaves the line out and keeps the reasons."""
        self.state, self.record_id = "rejected", None
        reasons = problem.fields or {"": problem.message}
        self.reasons = {name: Reason(why) for name, why in reasons.items()}

    def read(self, layout: Layout) -> None:
        """Takes the text apart."""
        try:
            self.told = layout.read(self.original)
        except ValueError as wrong:
            self.state, self.reasons = "rejected", {"": Reason(str(wrong))}

    def names(self) -> Iterable[tuple[Source, str]]:
        """The records that the line refers to by name."""
        for source, text in self.told:
            if source.by:
                yield from ((source, each) for each in _each(source, text))

    def understand(self, layout: Layout, names: Names) -> None:
        """Turns texts into values; every field that is wrong is said."""
        for source, text in self.told:
            if source.custom_key:
                self.custom[source.custom_key] = text
            else:
                self._understand(layout, names, source, text)
        if self.reasons:
            self.state = "rejected"

    def _understand(self, layout: Layout, names: Names, source: Source, text: str) -> None:
        kind = layout.field(source).said.kind
        many = isinstance(kind, Words | References)
        found = [names.of(source, each) for each in _each(source, text)] if source.by else []
        missing = next((each for each in found if isinstance(each, Reason)), None)
        if missing is not None:
            self.reasons[source.name] = missing
            return
        try:
            value = found or kind.parse(_split(text) if many else text)
        except ValueError as wrong:
            self.reasons[source.name] = Reason(str(wrong))
            return
        self.values[source.name] = value if many or not found else found[0]

    def stored(self) -> dict[str, Any]:
        """The reasons as they are kept."""
        return {
            name: {"why": each.why, "nearest": each.nearest} for name, each in self.reasons.items()
        }


def _each(source: Source, text: str) -> list[str]:
    """A cell that fills a list holds several names; a name of one record may hold any sign."""
    return _split(text) if source.many else [text]


def _split(text: str) -> list[str]:
    return [part for each in text.split(_SEPARATOR) if (part := each.strip())]
