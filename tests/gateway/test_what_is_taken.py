"""What the gateway takes: counted before anything is built of it, and told in the manual."""

from typing import Any

import orjson
import pytest

from gateway.main import Running
from tests.gateway.browsers import Browser
from tests.gateway.test_records import PRODUCTS, problem


async def test_rows_are_counted_before_they_are_read(root: Browser) -> None:
    """S4: 60,000 empty addresses stalled a service for 2.4 s; it is not even asked now"""
    body = {"name": "Acme", "addresses": [{}] * 60_000}
    told = problem(await root.post("/api/v1/accounts", json=body), 422)
    assert told["errors"] == {"addresses": "Give at most 100; these are 60,000."}


async def test_entries_of_a_map_are_counted(root: Browser, name: str) -> None:
    """S4"""
    body = {"name": name, "custom": {f"k{number}": "" for number in range(201)}}
    assert set(problem(await root.post(PRODUCTS, json=body), 422)["errors"]) == {"custom"}


async def test_what_is_asked_for_is_counted(root: Browser) -> None:
    """S4"""
    ids = ",".join(["x"] * 501)
    assert set(problem(await root.get(f"{PRODUCTS}:titles?ids={ids}"), 422)["errors"]) == {"ids"}


async def test_the_bounds_stand_in_the_manual(stranger: Browser) -> None:
    """S4, C8"""
    schemas = (await stranger.get("/api/openapi.json")).json()["components"]["schemas"]
    account = schemas["parties.Account"]["properties"]
    assert account["addresses"]["maxItems"] == 100
    assert account["custom"]["maxProperties"] == 200
    assert schemas["identity.Profile"]["properties"]["field_access"]["maxItems"] == 2_000
    assert "maxItems" not in schemas["parties.AccountList"]["properties"]["items"]


async def test_ten_unknown_names_get_advice_and_the_rest_none(root: Browser) -> None:
    """S16: 60,000 unknown names blocked the gateway for 2.6 s"""
    body = {f"nmae{number}": 1 for number in range(60_000)}
    told = problem(await root.post(PRODUCTS, json=body), 422)
    assert len(told["errors"]) == 10
    assert told["errors"]["nmae0"] == "There is no such field. Did you mean 'name'?"


async def test_a_name_of_any_length_is_told_shortly(root: Browser) -> None:
    """S16"""
    told = problem(await root.post(PRODUCTS, json={"x" * 500_000: 1}), 422)
    assert list(told["errors"]) == ["x" * 100]


@pytest.mark.parametrize("name", ["x.y", "name.x", "[0].x", "..", "custom.x", "x[", ""])
async def test_a_member_may_have_any_name(root: Browser, name: str) -> None:
    """5xx: a dot in the name of a member was taken for a path"""
    told = problem(await root.post(PRODUCTS, json={name: 1}), 422)
    assert told["errors"][name].startswith("There is no such field.")


async def test_a_member_within_a_row_is_told_with_its_path(root: Browser) -> None:
    body = {"name": "Acme", "addresses": [{"streat.": 1}]}
    told = problem(await root.post("/api/v1/accounts", json=body), 422)
    assert list(told["errors"]) == ["addresses[0].streat."]


@pytest.mark.parametrize("tag", ['"²"', '"99999999999"', '"2147483648"', '"-1"', '"\u0661"', '""'])
async def test_a_tag_that_no_record_can_have_is_refused(root: Browser, name: str, tag: str) -> None:
    """5xx: `If-Match` of a digit that is no number, or beyond 32 bits"""
    made = (await root.post(PRODUCTS, json={"name": name})).json()
    headers: Any = {"If-Match": tag.encode()}
    answer = await root.patch(f"{PRODUCTS}/{made['id']}", json={"price": "1"}, headers=headers)
    assert set(problem(answer, 422)["errors"]) == {"If-Match"}


async def test_what_is_built_of_a_body_is_what_it_says(gateway: Running, root: Browser) -> None:
    answer = await root.post(
        PRODUCTS, content=orjson.dumps({"name": [1]}), headers={"Content-Type": "application/json"}
    )
    assert problem(answer, 422)["errors"] == {"name": "Give text."}


async def test_a_taken_value_tells_nothing_of_who_has_it(root: Browser, name: str) -> None:
    """Low: a value is unique in the whole organisation; the answer says that alone, to anybody"""
    code = f"C-{name[-12:]}"
    made = (await root.post(PRODUCTS, json={"name": name, "code": code})).json()
    answer = await root.post(PRODUCTS, json={"name": "Other", "code": code})
    told = problem(answer, 409)
    assert told["errors"] == {"code": "This value is taken already; choose another one."}
    assert set(told) == {"type", "title", "status", "detail", "errors"}
    assert made["id"] not in answer.text
    assert name not in answer.text
