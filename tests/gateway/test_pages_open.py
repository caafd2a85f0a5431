"""The pages over the real system: each opens, and says so when its service is stopped."""

import pytest

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
