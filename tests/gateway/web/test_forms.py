"""What is typed into a form becomes what the API wants."""

import pytest
from starlette.datastructures import FormData

from gateway.web.api import Json
from gateway.web.described.fields import Field
from gateway.web.forms.form import READERS, changes, read_form
from gateway.web.frame.presenting import Presenter

ADDRESSES = Field(
    "addresses",
    "Addresses",
    "rows",
    columns=(Field("kind", "Kind", initial="office"), Field("city", "City")),
)


def a_presenter(locale: str = "en_GB", zone: str = "Europe/Bucharest") -> Presenter:
    return Presenter.of({"locale": locale, "time_zone": zone}, {})


async def typed(field: Field, *pairs: tuple[str, str]) -> Json:
    # Without references nothing is looked up, so no API is needed.
    form = await read_form(None, None, a_presenter(), [field], FormData(pairs))  # type: ignore[arg-type]  # nobody is asked
    return form.values


async def test_an_instant_is_typed_in_the_persons_own_zone() -> None:
    values = await typed(Field("starts_at", "Starts", "instant"), ("starts_at", "2026-07-01T09:30"))
    assert values == {"starts_at": "2026-07-01T06:30:00Z"}


async def test_a_line_in_which_nothing_was_typed_is_left_out() -> None:
    posted = [("addresses.0.kind", "office"), ("addresses.0.city", "Iași")]
    posted += [("addresses.1.kind", "office"), ("addresses.1.city", "")]
    assert await typed(ADDRESSES, *posted) == {"addresses": [{"kind": "office", "city": "Iași"}]}


async def test_an_empty_input_empties_the_field() -> None:
    assert await typed(Field("name", "Name"), ("name", "  ")) == {"name": None}


async def test_a_tick_that_is_missing_means_no() -> None:
    assert await typed(Field("active", "Active", "boolean")) == {"active": False}


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("en_GB", "1,250.50", "1250.50"),
        ("en_GB", "12,5", "12,5"),
        ("ro_RO", "1.250,50", "1250.50"),
        ("ro_RO", "1250.50", "1250.50"),
        ("fr_FR", "1 250,50", "1250.50"),
    ],
)
def test_money_is_read_as_the_locale_writes_it(locale: str, text: str, value: str) -> None:
    """What cannot be a number goes to the service as typed, which says what is wrong with it."""
    assert READERS["money"](text, a_presenter(locale)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+1 206 555 0100 ext. 12", "+12065550100;ext=12"),
        ("021 123 4567 ext. 12", "021 123 4567 ext. 12"),
        ("N/A", "N/A"),
        ("", None),
    ],
)
def test_a_number_to_call_is_read_as_it_is_kept(text: str, value: str | None) -> None:
    """C5: a form shows it to be read, and saving it untouched changes nothing."""
    assert READERS["phone"](text, a_presenter()) == value


def test_a_patch_holds_only_what_differs() -> None:
    before: Json = {"name": "Acme", "phone": None, "kinds": [], "employees": 5}
    after = {"name": "Acme", "phone": "", "kinds": None, "employees": 6}
    assert changes(before, after) == {"employees": 6}
