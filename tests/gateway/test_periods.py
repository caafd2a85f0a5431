"""The days of a period as seen from any day, and those of the one before it."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.reports.periods import matched, period_of
from kit.records.figures.spans import SPANS, span_of

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
    ("period", "span", "this", "before"),
    [
        ("this_year", "month", "2026-03", "2025-03"),
        ("this_year", "week", "2026-W02", "2025-W02"),
        ("this_quarter", "month", "2026-05", "2026-02"),
        ("last_month", "day", "2026-04-30", "2026-03-30"),
        ("this_month", "day", "2026-05-31", None),
        ("last_7_days", "day", "2026-05-25", "2026-05-18"),
        ("this_fiscal_year", "quarter", "2025-Q3", "2024-Q3"),
        ("this_fiscal_year", "fiscal_year", "2025/26", "2024/25"),
        ("last_year", "day", "2025-12-31", "2024-12-30"),
    ],
)
def test_parts_of_a_period_match_those_of_the_one_before(
    period: str, span: str, this: str, before: str | None
) -> None:
    """XC-10: the third month beside the third; what one of them lacks has nothing beside it."""
    now, earlier = period_of(period, TODAY, fiscal_start=7)
    assert matched(span, now, earlier, fiscal_start=7).get(this) == before


@given(
    st.dates(date(1, 1, 8), date(9999, 1, 1)), st.sampled_from(sorted(SPANS)), st.integers(1, 12)
)
def test_a_day_lies_in_the_span_that_holds_it(day: date, name: str, fiscal_start: int) -> None:
    span = span_of(name, fiscal_start)
    assert span
    assume(day > date(1, 12, 31))
    first, end = span.holding(day), span.after(span.holding(day))
    assert first <= day
    assert end is None or day < end
    assert span.holding(first) == first


@pytest.mark.parametrize(
    "name", ["", "this", "this_decade", "next_year", "last_x_days", "last__days"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"period|literal"):
        period_of(name, TODAY)
