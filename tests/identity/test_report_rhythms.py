"""XC-10: when a report is sent: the next time is the first one where its reader is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.identity.model.figures.schedules import When

ZONES = ("UTC", "Europe/Bucharest", "America/New_York", "Asia/Kolkata", "Pacific/Apia")


@given(
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.integers(1, 31),
    st.integers(0, 23),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(ZONES),
)
def test_the_next_time_is_the_first_one_where_the_reader_is(
    rhythm: str, day: int, hour: int, moment: datetime, zone: str
) -> None:
    on_day = (day - 1) % 7 + 1 if rhythm == "weekly" else day
    when, now = When(rhythm, on_day, hour), moment.replace(tzinfo=UTC)
    found = when.after(now, zone)
    assert found > now
    assert when.after(found - timedelta(seconds=1), zone) == found
    assert found - now <= timedelta(days={"daily": 2, "weekly": 8, "monthly": 62}[rhythm])
    here = found.astimezone(ZoneInfo(zone))
    # An hour that the clocks skip comes an hour later.
    assert here.hour in {hour, (hour + 1) % 24}
    if rhythm == "weekly":
        assert here.isoweekday() == on_day
    if rhythm == "monthly":
        tomorrow = here.date() + timedelta(days=1)
        assert here.day == on_day or (here.day < on_day and tomorrow.day == 1)


def test_a_shorter_month_has_its_last_day() -> None:
    found = When("monthly", 31, 8).after(datetime(2027, 2, 1, tzinfo=UTC), "UTC")
    assert found.date() == date(2027, 2, 28)
