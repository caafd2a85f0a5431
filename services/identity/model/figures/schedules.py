"""Schedules by which reports are sent: to whom, when, and the place of each reader in them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from kit.database.tables import metadata
from kit.errors import Invalid

FIRST_HOUR, FIRST_DAY = 8, 1
_HOURS, _WEEK, _MONTH, _MONTHS = 24, 7, 31, 12


class Rhythm(StrEnum):
    """How often a report is sent."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


report_schedule = Table(
    "report_schedule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("report.id", ondelete="CASCADE"), nullable=False),
    Column("principal_kind", Text, nullable=False),
    Column("principal_id", Uuid, nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("on_day", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("met_at", DateTime(timezone=True), nullable=False),
    Index("ix_report_schedule_report_id", "report_id"),
    Index("ix_report_schedule_made_by", "made_by"),
    Index("ix_report_schedule_met_at", "met_at"),
)
"""To whom a report is sent. `met_at` says when it was last looked up who that is: groups change."""

report_reader = Table(
    "report_reader",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column(
        "schedule_id", Uuid, ForeignKey("report_schedule.id", ondelete="CASCADE"), nullable=False
    ),
    Column("person_id", Uuid, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("again_at", DateTime(timezone=True), nullable=False),
    Column("left_at", DateTime(timezone=True), nullable=True),
    Column("known_as", Text, nullable=False),
    Column("told_at", DateTime(timezone=True), nullable=True),
    Column("secret", Text, nullable=False, unique=True),
    UniqueConstraint("schedule_id", "person_id"),
    Index("ix_report_reader_person_id", "person_id"),
    Index("ix_report_reader_again_at", "again_at", postgresql_where=text("left_at is null")),
)
"""One reader of a schedule. `due_at` is her next letter, and moves on in the transaction that writes it;
`again_at` is from when somebody may take it up, so that whoever dies over it leaves it to the next.
`known_as` is what the report was called when it was last sent, `told_at` when she was told that it is not
any more, and `secret` ends it without signing in."""


@dataclass(frozen=True, slots=True)
class When:
    """A rhythm with its day and hour, for readers everywhere."""

    rhythm: str
    on_day: int
    hour: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(row.rhythm, row.on_day, row.hour)

    def check(self) -> None:
        if self.rhythm not in set(Rhythm):
            raise Invalid(rhythm="Say daily, weekly or monthly.")
        if not 0 <= self.hour < _HOURS:
            raise Invalid(hour="An hour is 0 to 23.")
        if self.rhythm == Rhythm.WEEKLY and not 1 <= self.on_day <= _WEEK:
            raise Invalid(on_day="A day of the week is 1, which is Monday, to 7.")
        if self.rhythm == Rhythm.MONTHLY and not 1 <= self.on_day <= _MONTH:
            raise Invalid(on_day="A day of the month is 1 to 31.")

    def after(self, moment: datetime, zone: str) -> datetime:
        """The next time after a moment, where the reader is."""
        here = ZoneInfo(zone)
        day = moment.astimezone(here).date() - timedelta(days=1)
        while True:
            day = self._day_from(day)
            at = datetime.combine(day, time(self.hour), here).astimezone(UTC)
            if at > moment:
                return at
            day += timedelta(days=1)

    def _day_from(self, day: date) -> date:
        """The first day that counts, this one or a later one."""
        if self.rhythm == Rhythm.DAILY:
            return day
        if self.rhythm == Rhythm.WEEKLY:
            return day + timedelta(days=(self.on_day - day.isoweekday()) % _WEEK)
        here = day.replace(day=self._within(day.year, day.month))
        if here >= day:
            return here
        year, month = divmod(day.year * _MONTHS + day.month, _MONTHS)
        return date(year, month + 1, self._within(year, month + 1))

    def _within(self, year: int, month: int) -> int:
        """A month that is shorter has its last day."""
        return min(self.on_day, monthrange(year, month)[1])
