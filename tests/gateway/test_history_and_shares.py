"""History, shares, reasons, names and figures of records, over REST."""

from typing import Any

import pytest

from tests.gateway.browsers import Browser

PRODUCTS = "/api/v1/products"


@pytest.fixture
async def product(root: Browser, name: str) -> dict[str, Any]:
    body = {"name": name, "price": "9.50", "currency": "EUR"}
    found: dict[str, Any] = (await root.post(PRODUCTS, json=body)).json()
    return found


async def test_history_tells_what_changed(root: Browser, product: Any) -> None:
    path = f"{PRODUCTS}/{product['id']}"
    await root.patch(path, json={"price": "10"})
    items = (await root.get(f"{path}/history")).json()["items"]
    assert [each["what"] for each in items] == ["updated", "created"]
    assert "price" in {each["field"] for each in items[0]["changes"]}


async def test_a_record_is_shared_and_taken_back(root: Browser, product: Any) -> None:
    path = f"{PRODUCTS}/{product['id']}/shares"
    me = (await root.get("/api/v1/me")).json()["id"]
    share = {"principal_kind": "person", "principal_id": me, "level": "edit"}
    given = await root.post(path, json=share)
    assert given.status_code == 200, given.text
    listed = (await root.get(path)).json()["items"]
    assert [(each["principal_id"], each["level"]) for each in listed] == [(me, "edit")]
    taken = await root.delete(path, params={"principal_kind": "person", "principal_id": me})
    assert taken.json()["items"] == []


async def test_reasons_for_access_are_told(root: Browser, product: Any) -> None:
    told = (await root.get(f"{PRODUCTS}/{product['id']}/access")).json()
    assert told["level"] == "full"
    assert told["reasons"]


async def test_figures_are_added_up(root: Browser, name: str) -> None:
    for price in ("1", "2"):
        await root.post(
            PRODUCTS, json={"name": f"{name} {price}", "price": price, "currency": "EUR"}
        )
    query = {"filter": f'name = "{name}*"', "group_by": "currency", "measures": "count,sum(price)"}
    answer = await root.get(f"{PRODUCTS}:aggregate", params=query)
    [figure] = answer.json()["items"]
    assert figure["group"]["currency"] == "EUR"
    assert float(figure["measures"]["sum(price)"]) == 3


async def test_names_are_found_by_id(root: Browser, product: Any) -> None:
    answer = await root.get(f"{PRODUCTS}:titles", params={"ids": product["id"]})
    assert answer.json()["titles"] == {product["id"]: product["name"]}


async def test_everything_is_described_with_its_verbs(root: Browser) -> None:
    told = (await root.get("/api/v1/describe")).json()
    entities = {each["entity"]: each for each in told["entities"]}
    assert {"sales.Product", "identity.Person"} <= set(entities)
    assert entities["sales.Product"]["path"] == "products"
    verbs = {each["name"]: each for each in entities["identity.Person"]["verbs"]}
    assert {"SetPassword", "Deactivate", "Activate"} == set(verbs)
    assert {"name": "password"}.items() <= verbs["SetPassword"]["fields"][0].items()


async def test_an_input_of_a_verb_is_described_like_the_field_for_which_it_stands(
    root: Browser,
) -> None:
    """First landing §8: kinds were guessed from the words of comments."""
    told = (await root.get("/api/v1/describe")).json()
    (deals,) = (each for each in told["entities"] if each["entity"] == "sales.Opportunity")
    (move,) = (each for each in deals["verbs"] if each["name"] == "MoveStage")
    described = {each["name"]: each for each in move["fields"]}
    assert {"kind": "reference", "target": "sales.Stage", "required": True}.items() <= described[
        "stage_id"
    ].items()
    kinds = {name: each["kind"] for name, each in described.items()}
    assert kinds == {
        "stage_id": "reference",
        "reason": "long_text",
        "amount": "money",
        "closed_on": "date",
    }
    assert described["amount"]["currency_field"] == "currency"


async def test_the_caller_is_told_who_that_is(root: Browser) -> None:
    me = (await root.get("/api/v1/me")).json()
    assert me["email"] == "root@example.com"
    assert me["scopes"] == ["api"]


async def test_a_stopped_service_is_named_and_the_others_answer(root: Browser) -> None:
    """Parties never ran here."""
    stopped = await root.get("/api/v1/accounts")
    assert stopped.status_code == 503
    assert stopped.headers["retry-after"]
    assert stopped.headers["content-type"] == "application/problem+json"
    assert "parties" in (await root.get("/api/v1/describe")).json()["stopped"]
    assert (await root.get(PRODUCTS)).status_code == 200
