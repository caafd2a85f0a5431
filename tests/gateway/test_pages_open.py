"""The pages over the real system: each opens, and says so when its service is stopped."""

import re
from html import unescape

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser


@pytest.mark.parametrize(
    "path",
    ["/", "/products", "/products/new", "/people", "/opportunities/board", "/chat", "/imports/new"],
)
async def test_a_page_opens(root: Browser, path: str) -> None:
    answer = await root.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert root.csrf in answer.text


async def test_a_record_is_made_by_its_form(root: Browser, name: str) -> None:
    form = {"csrf_token": root.csrf, "name": name}
    answer = await root.http.post("/products", data=form)
    assert answer.status_code == 303, answer.text
    shown = await root.get(answer.headers["location"])
    assert name in shown.text


async def test_a_page_that_is_not_there_says_so(root: Browser) -> None:
    answer = await root.get("/no/such/page")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_what_goes_wrong_is_told_within_the_frame(root: Browser) -> None:
    """The menu stays, so that one can go on; a fragment gets a fragment."""
    missing = f"/products/{uuid7()}"
    page = await root.get(missing)
    assert (page.status_code, "<nav" in page.text) == (404, True)
    fragment = await root.get(f"{missing}/timeline", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<nav" in fragment.text) == (404, False)


async def test_a_form_that_says_nonsense_is_refused_in_words(root: Browser) -> None:
    answer = await root.post(f"/products/{uuid7()}/delete", data={"version": "soon"})
    assert answer.status_code == 422
    assert "Give a whole number." in answer.text


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("price > many", "“price” cannot be “many”; give it a number."),
        ("nam = x", "There is no field “nam”; perhaps you mean “name”."),
        ("name = x)", "At character 9, “)” cannot stand here;"),
    ],
)
@pytest.mark.parametrize("view", ["all", "mine"])
async def test_a_wrong_filter_is_told_where_it_can_be_put_right(
    root: Browser, written: str, told: str, view: str
) -> None:
    """Whatever the view adds to it, and with the tools of the list."""
    answer = await root.get("/products", params={"filter": written, "view": view})
    assert answer.status_code == 200
    [banner] = re.findall(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
    assert told in unescape(banner)
    assert unescape(re.sub("<[^>]+>", "", banner)).strip().startswith(told)
    assert "Write the filter yourself" in answer.text
