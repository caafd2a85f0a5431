"""Programs of partners: registered by the administrator, allowed by a person in a browser."""

from typing import Any
from urllib.parse import urlsplit

from tests.gateway.browsers import CSRF, Browser

REDIRECT = "http://127.0.0.1:9/callback"
EVERYTHING = ["openid", "profile", "email", "offline_access", "api", "api.read"]
CODE = ["authorization_code", "refresh_token"]


async def register(root: Browser, name: str, **more: Any) -> tuple[str, str]:
    """A confidential client's id and secret."""
    body = {
        "name": name,
        "redirect_uris": [REDIRECT],
        "scopes": EVERYTHING,
        "grant_types": CODE,
        "keeps_secret": True,
        **more,
    }
    made = await root.post("/api/v1/clients", json=body)
    assert made.status_code == 201, made.text
    rotated = await root.post(f"/api/v1/clients/{made.json()['id']}:rotate-secret")
    assert rotated.status_code == 200, rotated.text
    secret = rotated.json()
    return secret["client_id"], secret["client_secret"]


async def allow(browser: Browser, url: str, decision: str = "allow") -> str:
    """Reads the consent page, answers it, and comes back with the address to return to."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}"
    page = await browser.get(path)
    if page.status_code in (302, 303):
        return page.headers["location"]
    assert page.status_code == 200, page.text
    token = CSRF.search(page.text)
    assert token is not None
    answer = await browser.http.post(
        path, data={"csrf_token": token.group(1), "decision": decision}
    )
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]
