"""C4 to C7, D1: what each kind takes, in which form it keeps it, and what it refuses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.entity.currencies import places_of
from kit.entity.kinds import (
    Day,
    Decimals,
    Instant,
    Integer,
    Kind,
    LongText,
    Percent,
    Phone,
    Text,
    TimeZone,
    Url,
    Words,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("kind", "given_text", "kept"),
    [
        (Text(), "\u00a0 Acme \u2003", "Acme"),
        (Text(), "\ufeffAcme\u200b", "Acme"),
        (Text(), "Cafe\u0301", "Caf\u00e9"),
        (Text(), FAMILY, FAMILY),
        (Text(), "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        (
            Text(),
            "\u0645\u06cc\u200c\u062e",
            "\u0645\u06cc\u200c\u062e",
        ),
        (Text(), " ", None),
        (LongText(), "one\r\ntwo\tthree\r", "one\ntwo\tthree"),
        (Phone(), "+1 206 555 0100 x5467", "+12065550100;ext=5467"),
        (Phone(), "+12065550100;ext=9999", "+12065550100;ext=9999"),
        (Phone(), "0040 21 123 4567", "+40211234567"),
        (Phone(), "(206) 555-0100 ext. 12", "(206) 555-0100 ext. 12"),
        (Phone(), "112", "112"),
        (Url(), "www.acme.example", "https://www.acme.example"),
        (Url(), "http://10.0.0.1:8080/x?y#z", "http://10.0.0.1:8080/x?y#z"),
        (Url(), "https://m\u00fcnchen.example", "https://m\u00fcnchen.example"),
        (Integer(), "-12", -12),
        (Integer(high=0), "0", 0),
        (Decimals(), "1E+3", Decimal(1000)),
        (Decimals(), "0E+999", Decimal(0)),
        (Day(), "1000-01-01", date(1000, 1, 1)),
        (Instant(), "2026-05-01T12:30:00+03:00", datetime(2026, 5, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_what_is_taken_is_kept_in_one_form(kind: Kind, given_text: str, kept: Any) -> None:
    assert kind.parse(given_text) == kept


@pytest.mark.parametrize(
    ("kind", "given_text"),
    [
        *[(Text(), each) for each in ("\u200b", "\ufeff", "\u00ad", "\u200e", "\u3164", "\u0301")],
        *[(LongText(), each) for each in ("\u200b\n\u200b", "a\x1bb", "a\x00b", "a\u202eb")],
        *[(Text(), f"a{each}b") for each in "\n\t\x00\x1b\x85\u2028\u202a\u202e\u2066\u2069\ud800"],
        (Words(), ["fine", "a\u202eb"]),
        *[(Phone(), each) for each in ("N/A", "not-a-phone", "12", "+1 2", "x5467")],
        *[(Url(), each) for each in ("http://", "https://N/A", "https://#CAJUN.HTM#")],
        *[(Url(), each) for each in ("javascript://a.b", "https://a b.c", "https://u:p@a.b")],
        *[(Integer(), each) for each in ("1_000", "\u0663", "1.0", "9" * 5000, "2147483648")],
        (Integer(high=0), "1"),
        *[(Decimals(), each) for each in ("1_000", "NaN", "Infinity", "1E+999", "1E-9", "\u0663")],
        (Percent(), "100.01"),
        *[(Day(), each) for each in ("0001-01-01", "2000-W09-2", "20000229", "9999-12-31")],
        (Day(), "2026-02-30"),
        *[
            (Instant(), each)
            for each in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-05-01")
        ],
        *[(Instant(), each) for each in ("2000-W09-2T10:00:00Z", "20000229T100000Z")],
        *[
            (TimeZone(), each)
            for each in ("localtime", "Factory", "posixrules", "posix/UTC", "Mars/Base", "../UTC")
        ],
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(kind: Kind, given_text: Any) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        kind.parse(given_text)


@given(st.decimals(-(10**9), 10**9, places=4) | st.just(Decimal("-0.00")))
def test_a_number_is_written_in_plain_digits(number: Decimal) -> None:
    """C7"""
    kind = Decimals()
    kept = kind.parse(str(number))
    assert kept is not None
    assert kept == number
    assert str(kept) == kind.show(kept) == kind.show(number)
    assert "E" not in str(kept)
    assert str(kept)[:2] != "-0" or kept < 0


@given(st.text(max_size=30))
def test_any_line_is_kept_as_it_is_once_it_is_kept(text: str) -> None:
    kind = Text()
    try:
        kept = kind.parse(text)
    except ValueError:
        return
    assert kept is None or kind.parse(kept) == kept


@pytest.mark.parametrize("offset", [-14, 0, 14])
@pytest.mark.parametrize("day", ["1000-01-01", "9998-12-31"])
def test_the_ends_of_the_calendar_stand_every_offset(day: str, offset: int) -> None:
    """D1: a day more, in any zone, stays within what can be reckoned with."""
    kept = Instant().parse(f"{day}T12:00:00{offset:+03d}:00")
    assert kept is not None
    assert kept.astimezone(UTC) + timedelta(days=2) > kept


@pytest.mark.parametrize(("code", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("RON", 2)])
def test_a_currency_knows_its_smallest_unit(code: str, places: int) -> None:
    """E1"""
    assert places_of(code) == places
