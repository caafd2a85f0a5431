"""Days and numbers are read in the form in which a file writes them."""

from datetime import UTC, date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.importing.file import forms
from kit.importing.file.guesses import DAY, NUMBER, WHOLE, Guess, Survey
from kit.importing.file.names import split


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("1996-07-04 00:00:00.000", "ymd", "1996-07-04"),
        ("1996/7/4", "dmy", "1996-07-04"),
        ("04.07.1996", "dmy", "1996-07-04"),
        ("7/4/96", "mdy", "1996-07-04"),
        ("7/4/96", "dmy", "1996-04-07"),
        ("04-JUL-96", "dmy", "1996-07-04"),
        ("July 4, 1996", "dmy", "1996-07-04"),
        ("31 ianuarie 2020", "dmy", "2020-01-31"),
        ("4 lipca 2020", "mdy", "2020-07-04"),
        ("12/31/2020 11:59 PM", "mdy", "2020-12-31"),
    ],
)
def test_a_day_is_read_in_its_form(text: str, form: str, iso: str) -> None:
    """D5"""
    assert forms.day(text, form) == iso


@pytest.mark.parametrize("text", ["31.02.2020", "13/13/2020"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    """D5"""
    with pytest.raises(ValueError, match="There is no day"):
        forms.day(text, "dmy")


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("04.07.1996 09:30", "dmy", "1996-07-04T09:30:00+00:00"),
        ("1996-07-04T09:30:00+02:00", "ymd", "1996-07-04T09:30:00+02:00"),
        ("7/4/1996 1:05:09 pm", "mdy", "1996-07-04T13:05:09+00:00"),
        ("1996-07-04 00:00:00.000", "ymd", "1996-07-04T00:00:00+00:00"),
    ],
)
def test_a_moment_is_read_in_its_form(text: str, form: str, moment: str) -> None:
    """D5"""
    assert forms.instant(text, form, UTC) == moment


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)), st.sampled_from("./- "))
def test_every_day_is_read_back(day: date, sign: str) -> None:
    """D5"""
    written = f"{day.day}{sign}{day.month}{sign}{day.year}"
    assert forms.day(written, "dmy") == day.isoformat()


@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.sampled_from([("1,234.56", ","), ("1,234.56", "'"), ("1.234,56", "."), ("1.234,56", " ")]),
)
def test_every_number_is_read_back(number: Decimal, how: tuple[str, str]) -> None:
    """D5"""
    form, group = how
    point = "." if form == forms.POINT else ","
    written = f"{number:,.2f}".translate({ord(","): group, ord("."): point})
    assert Decimal(forms.number(written, form)) == number


@pytest.mark.parametrize(
    ("text", "form", "plain"),
    [
        ("$1,234.50", "1,234.56", "1234.50"),
        ("1.234,50 €", "1.234,56", "1234.50"),
        ("(500)", "1,234.56", "-500"),
        ("12 %", "1,234.56", "12"),
        ("dear", "1,234.56", "dear"),
    ],
)
def test_a_number_leaves_signs_of_money_behind(text: str, form: str, plain: str) -> None:
    """D5"""
    assert forms.number(text, form) == plain


@pytest.mark.parametrize(
    ("holds", "values", "guess"),
    [
        (DAY, ["2020-01-02"], Guess("ymd")),
        (DAY, ["04.07.1996"], Guess("dmy", example="04.07.1996")),
        (DAY, ["7/4/96", "7/14/96"], Guess("mdy", example="7/4/96")),
        (DAY, ["7/4/96"], Guess("dmy", certain=False, asked=True, example="7/4/96")),
        (DAY, ["whenever"], None),
        (NUMBER, ["550", "12.5"], Guess(forms.POINT)),
        (NUMBER, ["1.234"], Guess(forms.POINT, certain=False, example="1.234")),
        (NUMBER, ["1.234", "0,5"], Guess(forms.COMMA, example="0,5")),
        (NUMBER, ["1,234"], Guess(forms.POINT, certain=False, asked=True, example="1,234")),
        (WHOLE, ["1.234"], Guess(forms.COMMA, example="1.234")),
        (WHOLE, ["1,234"], Guess(forms.POINT, example="1,234")),
    ],
)
def test_the_values_of_a_column_speak_for_its_form(
    holds: str, values: list[str], guess: Guess | None
) -> None:
    """D5: a guess that could be otherwise says so."""
    survey = Survey([(0, holds)])
    for value in values:
        survey.add([value])
    assert survey.guesses(months_first=False).get(0) == guess


def test_words_for_nothing_are_found_and_speak_for_no_form() -> None:
    """D6"""
    survey = Survey([(0, DAY), (1, "")])
    for line in (["NULL", "a"], ["04.07.1996", "N/A"], ["-", "n/a"]):
        survey.add(line)
    assert survey.empty_words == ["NULL", "N/A", "-"]
    assert survey.guesses(months_first=True)[0].form == "dmy"


@pytest.mark.parametrize(
    ("full", "halves"),
    [
        ("Ana Maria Pop", ("Ana Maria", "Pop")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("van Beethoven, Ludwig", ("Ludwig", "van Beethoven")),
        ("Madonna", ("", "Madonna")),
    ],
)
def test_a_full_name_is_taken_apart(full: str, halves: tuple[str, str]) -> None:
    """D9"""
    assert split(full) == halves
