"""A module that a profile hides is in no answer of the API, in no menu and on no page."""

from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser

PASSWORD = "soft yellow lamps 3"


async def somebody(root: Browser, **profile: Any) -> dict[str, Any]:
    """A new person with a profile that allows everything, but for what is said."""
    actions = ("view", "create", "edit", "delete", "view_all", "edit_all")
    lines = [
        {"entity": line} | dict.fromkeys(actions, True) for line in ("*", "configuration", "access")
    ]
    body = {"name": f"Profile {uuid7()}", "permissions": lines, **profile}
    made = (await root.post("/api/v1/profiles", json=body)).json()
    given = {"email": f"{uuid7()}@example.com", "name": "Mo Module", "profile_ids": [made["id"]]}
    person: dict[str, Any] = (await root.post("/api/v1/people", json=given)).json()
    path = f"/api/v1/people/{person['id']}:set-password"
    await root.post(path, json={"password": PASSWORD})
    return person


@pytest.mark.parametrize(
    ("module", "gone", "there"),
    [("sales", "opportunities", "people"), ("sales.Product", "products", "opportunities")],
)
async def test_a_hidden_module_is_nowhere(
    root: Browser, stranger: Browser, module: str, gone: str, there: str
) -> None:
    """A3: API, descriptions, menu and pages obey."""
    await stranger.sign_in((await somebody(root, hidden_modules=[module]))["email"], PASSWORD)
    assert (await stranger.get(f"/api/v1/{there}")).status_code == 200
    assert (await stranger.get(f"/api/v1/{gone}")).status_code == 403
    described = (await stranger.get("/api/v1/describe")).json()["entities"]
    told = {each["entity"] for each in described}
    assert _entity(there) in told
    assert _entity(gone) not in told
    page = await stranger.get("/")
    assert f'href="/{there}"' in page.text
    assert f'href="/{gone}"' not in page.text
    assert (await stranger.get(f"/{gone}")).status_code in {403, 404}


async def test_what_was_answered_is_in_force(root: Browser, stranger: Browser) -> None:
    """A3: whoever hides a module and looks at once finds it hidden, and shown again likewise"""
    person = await somebody(root)
    await stranger.sign_in(person["email"], PASSWORD)
    profile = f"/api/v1/profiles/{person['profile_ids'][0]}"
    found = []
    for modules in [["sales"], []] * 5:
        assert (await root.patch(profile, json={"hidden_modules": modules})).status_code == 200
        found.append((await stranger.get("/api/v1/opportunities")).status_code)
    assert found == [403, 200] * 5


def _entity(slug: str) -> str:
    names = {"people": "identity.Person", "products": "sales.Product"}
    return names.get(slug, "sales.Opportunity")
