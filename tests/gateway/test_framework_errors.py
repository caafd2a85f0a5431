"""What the framework refuses comes out like everything else: a problem that names the field."""

from typing import Any

import httpx
import pytest

from tests.gateway.browsers import Browser

ME, IMPORTS = "/api/v1/me", "/api/v1/imports"
JSON = {"content-type": "application/json"}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= told.keys()
    return told


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b"{broken", JSON, 400, "not JSON"),
        (b"\xff\xfe", JSON, 400, ""),
        (b"[1]", JSON, 400, "one JSON object"),
        (b"", JSON, 400, "one JSON object"),
        (b"locale=de", {"content-type": "text/plain"}, 415, "application/json"),
    ],
)
async def test_a_body_that_is_none_is_told_as_a_problem(
    root: Browser, body: bytes, headers: dict[str, str], status: int, word: str
) -> None:
    told = problem(await root.patch(ME, content=body, headers=headers), status)
    assert word in told["detail"]


@pytest.mark.parametrize(
    ("body", "field", "advice"),
    [
        ({"locale": ""}, "locale", "Fill this in."),
        ({"locale": None}, "locale", "Give a text."),
        ({"time_zone": 7}, "time_zone", "Give a text."),
        ({"name": "Else"}, "name", "There is no such field."),
    ],
)
async def test_a_field_that_does_not_fit_is_named(
    root: Browser, body: dict[str, Any], field: str, advice: str
) -> None:
    told = problem(await root.patch(ME, json=body), 422)
    assert told["errors"] == {field: advice}


async def test_a_parameter_that_does_not_fit_is_named(root: Browser) -> None:
    told = problem(await root.get(f"{IMPORTS}/sales.1/lines.csv", params={"for": "printing"}), 422)
    assert set(told["errors"]) == {"for"}
    assert "spreadsheet" in told["errors"]["for"]


async def test_a_plan_is_judged_by_the_contract(root: Browser) -> None:
    told = problem(await root.post(f"{IMPORTS}/sales.1:retry", json={"colums": {}}), 422)
    assert told["errors"] == {"colums": "There is no such field. Did you mean 'columns'?"}
    told = problem(await root.post(f"{IMPORTS}/sales.1:retry", content=b"x"), 415)
    assert "application/json" in told["detail"]


async def test_a_body_that_grows_too_long_is_refused_as_such(root: Browser) -> None:
    """The bound stands before the framework, which would say that the body cannot be parsed."""

    async def pieces() -> Any:
        for _ in range(40):
            yield b" " * 64 * 1024

    problem(await root.patch(ME, content=pieces(), headers=JSON), 413)


async def test_an_address_that_is_none_and_a_method_that_is_none(
    root: Browser, stranger: Browser
) -> None:
    problem(await root.get("/api/v1/nothing"), 404)
    problem(await stranger.get("/api/v1/nothing"), 401)
    refused = await root.delete(ME)
    problem(refused, 405)
    assert refused.headers["allow"]


async def test_what_answers_get_answers_head(root: Browser, stranger: Browser) -> None:
    for path in (ME, "/api/v1/products", "/api/openapi.json"):
        asked = await root.http.head(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert int(asked.headers["content-length"]) > 2
    assert (await stranger.http.head("/sign-in")).status_code == 200
