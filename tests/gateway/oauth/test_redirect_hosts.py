"""Where the answer of a consent goes must not write into the Content-Security-Policy of its page."""

import secrets
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from gateway.middleware.headers import content_policy
from kit.testing.serving import Serving
from services.identity.model.clients import Client
from tests.gateway.browsers import Browser
from tests.gateway.oauth.partners import REDIRECT, register


def _question(client_id: str, redirect: str) -> str:
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "code_challenge": secrets.token_urlsafe(32),
        "code_challenge_method": "S256",
    }
    return f"/oauth/authorize?{urlencode(asked)}"


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example;script-src *",
        "https://evil.example;script-src/back",
        "https://a b.example/",
        "https://a\tb.example/",
        "https://a'unsafe-inline'.example/",
        'https://a"b.example/',
        "https://a,b.example/",
        "https://*.example/",
    ],
)
async def test_a_host_that_was_stored_before_hosts_were_looked_at_widens_nothing(
    root: Browser, people: Serving, name: str, redirect: str
) -> None:
    """Security, low: `;` and blanks end a directive and begin another."""
    client_id, _ = await register(root, name)
    table = Client.__table__
    before = update(table).where(table.c.name == name).values(redirect_uris=[redirect])
    async with people.process.database.transaction() as transaction:
        assert await transaction.count(before) == 1
    page = await root.get(_question(client_id, redirect))
    assert page.headers["content-security-policy"] == content_policy()


async def test_a_sound_host_is_where_the_answer_may_go(root: Browser, name: str) -> None:
    """Else the browser would hold back the redirect that answers the form."""
    client_id, _ = await register(root, name)
    page = await root.get(_question(client_id, REDIRECT))
    assert page.status_code == 200, page.text
    assert " https://" in page.headers["content-security-policy"].partition("form-action")[2]
