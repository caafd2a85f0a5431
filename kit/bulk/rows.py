"""One record of a bulk on its way: how it was found, what becomes of it, and what it said before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kit.entity import Record, Rows
from kit.entity.record import STAMPS
from kit.errors import Problem

CHANGED, UNCHANGED, REFUSED = "changed", "unchanged", "refused"
STATES = ("waiting", CHANGED, UNCHANGED, REFUSED)


@dataclass(slots=True)
class Row:
    """One record of a bulk."""

    number: int
    record_id: UUID
    version: int | None = None
    before: Mapping[str, Any] | None = None
    """What it said before; of an undo, with the version, what it is to say again."""
    state: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    since: int | None = None
    """The version that a change gave it."""
    kept: Mapping[str, Any] | None = None
    """What is kept for the way back."""

    def forget(self) -> None:
        """Nothing has become of it yet."""
        self.state, self.reasons, self.since, self.kept = "", {}, None, None

    def refuse(self, problem: Problem) -> None:
        self.forget()
        self.state, self.reasons = REFUSED, dict(problem.fields) or {"": problem.message}

    def changed(self, record: Record, before: Mapping[str, Any]) -> None:
        self.state, self.since, self.kept = CHANGED, record.version, written(record, before)


def written(record: Record, before: Mapping[str, Any], *, rows: bool = False) -> dict[str, Any]:
    """What a record said before, in the form of the wire; with its rows where they may have changed."""
    return {
        name: value
        if value is None or name == "custom"
        else record.fields[name].said.kind.show(value)
        for name, value in before.items()
        if name not in STAMPS and (rows or not _holds_rows(record, name))
    }


def read(record: Record, before: Mapping[str, Any]) -> dict[str, Any]:
    """The same as the record holds it."""
    return {
        name: value
        if value is None or name == "custom"
        else record.fields[name].said.kind.parse(value)
        for name, value in before.items()
        if name == "custom" or name in record.fields
    }


def _holds_rows(record: Record, name: str) -> bool:
    return name != "custom" and isinstance(record.fields[name].said.kind, Rows)
