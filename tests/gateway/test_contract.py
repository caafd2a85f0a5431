"""The table of routes and its manual stay true to the contract."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # jsonschema has no types

from gateway.application import API, table_of
from gateway.main import Running
from tests.gateway.browsers import Browser

SNAPSHOT = Path(__file__).parent / "routes.txt"
ADVICE = "The routes changed: look at them, then write the new table into tests/gateway/routes.txt."


@pytest.fixture
async def manual(stranger: Browser) -> dict[str, Any]:
    answer = await stranger.get("/api/openapi.json")
    found: dict[str, Any] = answer.json()
    return found


def routes(gateway: Running) -> list[str]:
    rows = (str(row) for row in table_of(gateway.parts.api).rows)
    return sorted([*rows, *besides()])


def besides() -> Iterator[str]:
    """What belongs to no entity."""
    for router in API:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from (f"{method} {route.path}" for method in route.methods)


def test_the_mounted_routes_are_the_ones_written_down(gateway: Running) -> None:
    assert "\n".join(routes(gateway)) + "\n" == SNAPSHOT.read_text(), ADVICE


def test_what_is_the_gateways_own_affair_is_not_mounted(gateway: Running) -> None:
    own = ("sessions", "oauth", "o-auth", "policies", "records")
    mounted = {route.split("/api/v1/")[1].split("/")[0].split(":")[0] for route in routes(gateway)}
    assert not mounted & set(own)


async def test_every_route_is_in_the_manual(gateway: Running, manual: dict[str, Any]) -> None:
    told = [
        f"{method.upper()} {path}"
        for path, operations in manual["paths"].items()
        for method in operations
    ]
    assert sorted(told) == routes(gateway)


async def test_the_manual_is_openapi(manual: dict[str, Any]) -> None:
    assert manual["openapi"] == "3.1.0"
    names = [one["operationId"] for path in manual["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))
    for path, operations in manual["paths"].items():
        for one in operations.values():
            assert one["responses"]
            given = {each["name"] for each in one.get("parameters", []) if each["in"] == "path"}
            assert ("id" in given) == ("{id}" in path), path


async def test_every_schema_of_the_manual_is_sound(manual: dict[str, Any]) -> None:
    schemas = manual["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for target in references(manual):
        assert target.startswith("#/components/schemas/"), target
        assert target.rsplit("/", 1)[1] in schemas, target


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


async def test_the_contracts_comments_are_in_the_manual(manual: dict[str, Any]) -> None:
    deal = manual["components"]["schemas"]["sales.Opportunity"]
    assert deal["description"].startswith("A chance of a sale")
    assert deal["properties"]["expected_close_on"]["format"] == "date"
    win = manual["paths"]["/api/v1/opportunities/{id}:win"]["post"]
    assert win["description"].startswith("Ends a deal with a sale")


async def test_an_answer_fits_its_schema(root: Browser, manual: dict[str, Any], name: str) -> None:
    color = {"entity_name": "sales.Product", "key": "color", "caption": "Color", "kind": "text"}
    assert (await root.post("/api/v1/custom-fields", json=color)).status_code == 201
    body = {"name": name, "price": "9.50", "currency": "EUR", "custom": {"color": "red"}}
    made = (await root.post("/api/v1/products", json=body)).json()
    schema = {"$ref": "#/components/schemas/sales.Product", "components": manual["components"]}
    Draft202012Validator(schema).validate(made)
    page = (await root.get("/api/v1/products?page_size=2&count=true")).json()
    schema["$ref"] = "#/components/schemas/sales.ProductList"
    Draft202012Validator(schema).validate(page)


async def test_the_manual_tells_the_form_of_every_field(manual: dict[str, Any]) -> None:
    """C8: enums, bounds and read-only fields stand in OpenAPI"""
    schemas = manual["components"]["schemas"]
    deal, stage = (schemas[f"sales.{each}"]["properties"] for each in ("Opportunity", "Stage"))
    assert stage["outcome"]["enum"] == ["open", "won", "lost"]
    assert (stage["position"]["minimum"], stage["position"]["maximum"]) == (0, 2**31 - 1)
    assert stage["name"]["maxLength"] == 80
    assert deal["amount"]["pattern"].startswith("^-?")
    assert deal["stage_id"]["format"] == "uuid"
    assert all(deal[name]["readOnly"] for name in ("id", "version", "created_at", "updated_by"))
    assert "readOnly" not in deal["name"]
    new = manual["paths"]["/api/v1/stages"]["post"]["requestBody"]["content"]
    assert new["application/json"]["schema"]["required"] == ["name"]


async def test_what_the_system_fills_in_is_asked_of_nobody(manual: dict[str, Any]) -> None:
    """F2: a generated client demanded an id of every new record"""
    for name, schema in manual["components"]["schemas"].items():
        fixed = {each for each, one in schema["properties"].items() if one.get("readOnly")}
        assert not fixed & set(schema.get("required", ())), name


async def test_the_manual_leads_from_nothing_to_the_first_answer(
    stranger: Browser, root: Browser, manual: dict[str, Any], name: str
) -> None:
    """F3: what the page says works as it stands there"""
    page = (await stranger.get("/api/docs")).text
    assert "/oauth/token" in page
    assert "crm.read" not in page
    flows = manual["components"]["securitySchemes"]["oauth"]["flows"]
    assert set(flows["clientCredentials"]["scopes"]) == {"api", "api.read"}
    me = (await root.get("/api/v1/me")).json()
    client = {"name": name, "grant_types": ["client_credentials"], "scopes": ["api.read"]}
    made = await root.post("/api/v1/clients", json=client | {"person_id": me["id"]})
    told = (await root.post(f"/api/v1/clients/{made.json()['id']}:rotate-secret")).json()
    pair = (told["client_id"], told["client_secret"])
    form = {"grant_type": "client_credentials", "scope": "api.read"}
    token = (await stranger.http.post("/oauth/token", data=form, auth=pair)).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await stranger.http.get("/api/v1/products", headers=headers)).status_code == 200


async def test_the_manual_can_be_read_by_people(stranger: Browser) -> None:
    answer = await stranger.get("/api/docs")
    assert answer.status_code == 200
    assert "Moves a deal to another stage" in answer.text
    assert 'id="problem-not-found"' in answer.text
    assert 'id="problem-stale"' in answer.text
