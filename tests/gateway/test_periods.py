"""The days of a period as seen from any day, and those of the one before it."""

from datetime import date

import pytest

from gateway.reports.periods import period_of

# A Sunday, the last day of its month.
TODAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("name", "first", "end", "before"),
    [
        ("this_week", "2026-05-25", "2026-06-01", "2026-05-18"),
        ("last_week", "2026-05-18", "2026-05-25", "2026-05-11"),
        ("this_month", "2026-05-01", "2026-06-01", "2026-04-01"),
        ("last_month", "2026-04-01", "2026-05-01", "2026-03-01"),
        ("this_quarter", "2026-04-01", "2026-07-01", "2026-01-01"),
        ("last_quarter", "2026-01-01", "2026-04-01", "2025-10-01"),
        ("this_year", "2026-01-01", "2027-01-01", "2025-01-01"),
        ("last_year", "2025-01-01", "2026-01-01", "2024-01-01"),
        ("this_fiscal_year", "2025-07-01", "2026-07-01", "2024-07-01"),
        ("last_fiscal_year", "2024-07-01", "2025-07-01", "2023-07-01"),
        ("last_7_days", "2026-05-25", "2026-06-01", "2026-05-18"),
        ("last_90_days", "2026-03-03", "2026-06-01", "2025-12-03"),
    ],
)
def test_a_period_ends_where_the_next_begins(name: str, first: str, end: str, before: str) -> None:
    """XC-10: and the one before it ends where it begins."""
    this, earlier = period_of(name, TODAY, fiscal_start=7)
    assert (str(this.first), str(this.end)) == (first, end)
    assert (str(earlier.first), str(earlier.end)) == (before, first)


@pytest.mark.parametrize(
    "name", ["", "this", "this_decade", "next_year", "last_x_days", "last__days"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"period|literal"):
        period_of(name, TODAY)
