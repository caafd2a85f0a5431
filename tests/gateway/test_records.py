"""Records over REST: what goes in, what comes out, and what is refused."""

from typing import Any

import httpx
import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser

PRODUCTS = "/api/v1/products"
MEASURES = (
    "write count or share, or sum, avg, min, max, median or share of a field, as in sum(amount)."
)


@pytest.fixture
async def product(root: Browser, name: str) -> dict[str, Any]:
    made = await root.post(PRODUCTS, json={"name": name, "price": "9.50", "currency": "EUR"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("/api/docs#problem-")
    assert told["title"]
    assert told["detail"]
    return told


async def test_a_record_is_created_and_read(root: Browser, name: str) -> None:
    made = await root.post(PRODUCTS, json={"name": name, "price": "9.50", "currency": "EUR"})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{PRODUCTS}/{made.json()['id']}"
    read = await root.get(made.headers["location"])
    assert read.json()["name"] == name
    assert read.headers["etag"] == made.headers["etag"] == '"1"'
    assert read.headers["cache-control"] == "no-store"


async def test_only_the_fields_asked_for_are_answered(root: Browser, product: Any) -> None:
    read = await root.get(f"{PRODUCTS}/{product['id']}?fields=name,price")
    assert set(read.json()) - {"id", "version", "custom"} == {"name", "price"}


async def test_an_unknown_field_is_named_with_the_nearest_one(root: Browser) -> None:
    told = problem(await root.post(PRODUCTS, json={"nmae": "Bolt"}), 422)
    assert told["errors"] == {"nmae": "There is no such field. Did you mean 'name'?"}


async def test_a_value_of_another_type_is_named(root: Browser, name: str) -> None:
    told = problem(await root.post(PRODUCTS, json={"name": name, "active": "yes"}), 422)
    assert told["errors"] == {"active": "Give true or false."}


async def test_a_rule_of_the_business_names_its_field(root: Browser) -> None:
    told = problem(await root.post(PRODUCTS, json={"price": "1"}), 422)
    assert "name" in told["errors"]


async def test_a_list_is_filtered_and_ordered(root: Browser, name: str) -> None:
    for price in ("3", "1", "2"):
        await root.post(
            PRODUCTS, json={"name": f"{name} {price}", "price": price, "currency": "EUR"}
        )
    query = {"filter": f'name = "{name}*" AND price >= 2', "order_by": "price desc"}
    page = (await root.get(PRODUCTS, params=query)).json()
    assert [float(each["price"]) for each in page["items"]] == [3.0, 2.0]


async def test_pages_follow_one_another_without_gap_or_repeat(root: Browser, name: str) -> None:
    for number in range(5):
        await root.post(PRODUCTS, json={"name": f"{name} {number}"})
    query = {"filter": f'name = "{name}*"', "order_by": "name", "page_size": "2", "count": "true"}
    seen, token = [], ""
    while True:
        page = (await root.get(PRODUCTS, params={**query, "page_token": token})).json()
        assert page["page"]["total"] == 5
        assert page["page"]["total_capped"] is False
        seen += [each["name"] for each in page["items"]]
        token = page["page"]["next_page_token"]
        if not token:
            break
    assert seen == [f"{name} {number}" for number in range(5)]


async def test_an_unknown_parameter_is_named_with_the_nearest_one(root: Browser) -> None:
    told = problem(await root.get(PRODUCTS, params={"pagesize": "5"}), 422)
    assert "page_size" in told["errors"]["pagesize"]


async def test_a_parameter_that_does_not_fit_is_named(root: Browser) -> None:
    assert "page_size" in problem(await root.get(f"{PRODUCTS}?page_size=many"), 422)["errors"]


@pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}:aggregate"])
async def test_a_wrong_filter_says_which_field_and_what_to_do(root: Browser, path: str) -> None:
    told = problem(await root.get(path, params={"filter": 'nam = "x"'}), 422)
    assert told["errors"] == {"filter": "There is no field “nam”; perhaps you mean “name”."}
    told = problem(await root.get(path, params={"filter": "price > many"}), 422)
    assert told["errors"] == {"filter": "“price” cannot be “many”; give it a number."}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"measures": "sum(prise)"}, "There is no field “prise”; perhaps you mean “price”."),
        (
            {"measures": "sum(name)"},
            "“name” is no number and has no sum; choose a field that is one, or count.",
        ),
        (
            {"measures": "mean(price)"},
            f"“mean(price)” is no measure; {MEASURES}",
        ),
        (
            {"group_by": "created_at:decade"},
            "“created_at” has no “decade”; group it by day, week, month, quarter, year, fiscal_year.",
        ),
        ({"group_by": "name:day"}, "“name” is no day and no moment; group it without “:day”."),
    ],
)
async def test_wrong_figures_say_which_field_and_what_to_do(
    root: Browser, asked: dict[str, str], wrong: str
) -> None:
    told = problem(await root.get(f"{PRODUCTS}:aggregate", params=asked), 422)
    assert told["errors"] == dict.fromkeys(asked, wrong)


async def test_a_stale_write_answers_412_with_the_current_values(
    root: Browser, product: Any
) -> None:
    path = f"{PRODUCTS}/{product['id']}"
    first = await root.patch(path, json={"price": "10"}, headers={"If-Match": '"1"'})
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == '"2"'
    stale = await root.patch(path, json={"price": "11"}, headers={"If-Match": 'W/"1"'})
    told = problem(stale, 412)
    assert float(told["current"]["price"]) == 10
    assert told["type"].endswith("#problem-stale")


async def test_the_current_values_come_however_long_they_are(root: Browser, name: str) -> None:
    """5xx: a conflict over a record of more than 16 KB was a fault of ours"""
    body = {"name": name, "description": '"' * 20_000}
    made = (await root.post(PRODUCTS, json=body)).json()
    path, stale = f"{PRODUCTS}/{made['id']}", {"If-Match": '"7"'}
    told = problem(await root.patch(path, json={"name": "Other"}, headers=stale), 412)
    assert told["current"] == made


async def test_a_record_is_sent_back_whole(root: Browser, product: Any) -> None:
    """F2: GET, change one field, PATCH the whole was refused at `created_at`"""
    path = f"{PRODUCTS}/{product['id']}"
    whole = (await root.get(path)).json()
    answer = await root.patch(path, json=whole | {"price": "10"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["price"], answer.json()["version"]) == ("10", 2)


async def test_what_the_system_fills_in_is_not_changed(root: Browser, product: Any) -> None:
    """F2"""
    path = f"{PRODUCTS}/{product['id']}"
    for field, value in (("created_at", "2001-01-01T00:00:00Z"), ("version", 7)):
        told = problem(await root.patch(path, json={field: value, "price": "10"}), 422)
        assert set(told["errors"]) == {field}


async def test_a_write_without_if_match_is_taken(root: Browser, product: Any) -> None:
    answer = await root.patch(f"{PRODUCTS}/{product['id']}", json={"price": "12"})
    assert answer.status_code == 200


async def test_a_tag_that_is_none_is_named(root: Browser, product: Any) -> None:
    path = f"{PRODUCTS}/{product['id']}"
    told = problem(await root.patch(path, json={}, headers={"If-Match": '"abc"'}), 422)
    assert "If-Match" in told["errors"]


async def test_null_empties_a_field(root: Browser, product: Any) -> None:
    answer = await root.patch(f"{PRODUCTS}/{product['id']}", json={"price": None})
    assert answer.json()["price"] is None


async def test_a_record_keeps_its_id(root: Browser, product: Any) -> None:
    body = {"id": str(uuid7()), "price": "1"}
    assert (
        "id" in problem(await root.patch(f"{PRODUCTS}/{product['id']}", json=body), 422)["errors"]
    )


async def test_a_repeated_post_does_nothing_twice(root: Browser, name: str) -> None:
    once = {"headers": {"Idempotency-Key": name}, "json": {"name": name}}
    first, second = await root.post(PRODUCTS, **once), await root.post(PRODUCTS, **once)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    page = (await root.get(PRODUCTS, params={"filter": f'name = "{name}"'})).json()
    assert len(page["items"]) == 1


async def test_a_key_serves_one_request_only(root: Browser, name: str) -> None:
    headers = {"Idempotency-Key": name}
    await root.post(PRODUCTS, headers=headers, json={"name": name})
    told = problem(await root.post(PRODUCTS, headers=headers, json={"name": f"{name} 2"}), 409)
    assert "Idempotency-Key" in told["detail"]


async def test_a_key_that_cannot_travel_is_named(root: Browser, name: str) -> None:
    for key in ("x" * 201, "caf\xe9".encode("latin-1")):
        answer = await root.post(PRODUCTS, headers={"Idempotency-Key": key}, json={"name": name})
        assert "Idempotency-Key" in problem(answer, 422)["errors"]


async def test_a_deleted_record_is_gone(root: Browser, product: Any) -> None:
    path = f"{PRODUCTS}/{product['id']}"
    assert (await root.delete(path)).status_code == 204
    problem(await root.get(path), 404)


async def test_a_record_that_never_was_is_not_found(root: Browser) -> None:
    problem(await root.get(f"{PRODUCTS}/{uuid7()}"), 404)
    problem(await root.get(f"{PRODUCTS}/not-an-id"), 404)


async def test_what_is_not_offered_is_said(root: Browser) -> None:
    problem(await root.get("/api/v1/unicorns"), 404)
    refused = await root.send("PUT", f"{PRODUCTS}/{uuid7()}")
    problem(refused, 405)
    assert refused.headers["allow"] == "DELETE, GET, PATCH"


async def test_a_body_that_is_no_json_object_is_refused(root: Browser) -> None:
    typed = {"Content-Type": "application/json"}
    problem(await root.post(PRODUCTS, content=b"{", headers=typed), 400)
    problem(await root.post(PRODUCTS, content=b"[]", headers=typed), 400)
    problem(await root.post(PRODUCTS, content=b"a=b", headers={"Content-Type": "text/plain"}), 415)


async def test_a_body_over_a_megabyte_is_refused(root: Browser) -> None:
    problem(await root.post(PRODUCTS, json={"name": "x" * 1_100_000}), 413)


async def test_a_long_body_without_a_length_is_refused_too(root: Browser) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    typed = {"Content-Type": "application/json"}
    problem(await root.post(PRODUCTS, content=pieces(), headers=typed), 413)
