"""Kinds that hold days and moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, DateTime
from sqlalchemy.types import TypeEngine

from kit.entity.kinds.kind import Kind
from kit.query import Kind as Comparison


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day (ISO 8601, YYYY-MM-DD), the same in every zone."""

    name: ClassVar[str] = "date"
    comparison: ClassVar[Comparison] = Comparison.DATE

    def column(self) -> TypeEngine[Any]:
        return Date()

    def parse(self, value: Any) -> date | None:
        text = str(value).strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as wrong:
            raise ValueError("Write the day as YYYY-MM-DD.") from wrong

    def show(self, value: Any) -> str:
        return str(value.isoformat())


@dataclass(frozen=True)
class Instant(Kind):
    """A moment (RFC 3339), kept in UTC."""

    name: ClassVar[str] = "instant"
    comparison: ClassVar[Comparison] = Comparison.INSTANT

    def column(self) -> TypeEngine[Any]:
        return DateTime(timezone=True)

    def parse(self, value: Any) -> datetime | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise ValueError("Write the moment like 2026-05-01T09:30:00Z.") from wrong
        if moment.tzinfo is None:
            raise ValueError("Say the zone too, like 2026-05-01T09:30:00Z.")
        return moment.astimezone(UTC)

    def show(self, value: Any) -> str:
        return str(value.astimezone(UTC).isoformat().replace("+00:00", "Z"))
