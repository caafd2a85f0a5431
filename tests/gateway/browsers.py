"""Browsers and programs as the gateway meets them."""

import re
from http import HTTPStatus
from typing import Any, Self

import httpx

from tests.waiting import until

CSRF = re.compile(r'name="csrf_token" value="([^"]*)"')


class Browser:
    """Somebody in front of a browser: a cookie jar, and the token of the pages' forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=20)
        self.csrf = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def sign_in(self, email: str, password: str) -> httpx.Response:
        form = {"email": email, "password": password, "next": "/"}
        answer = await self.http.post("/sign-in", data=form)
        if answer.status_code == 303:
            self.csrf = await self.token()
        return answer

    async def token(self) -> str:
        """The token as the sign-in page carries it in its form."""
        page = await self.http.get("/sign-in")
        found = CSRF.search(page.text)
        assert found is not None
        return found.group(1)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, **more)

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A change, with the token that our own scripts send along."""
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **more)

    async def post(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("POST", path, **more)

    async def patch(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("PATCH", path, **more)

    async def delete(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("DELETE", path, **more)


async def reached(browser: Browser, *plurals: str) -> None:
    """Waits for services that were started just now: the gateway looks for them every two seconds."""

    async def answer() -> bool:
        found = [await browser.get(f"/api/v1/{each}?page_size=1") for each in plurals]
        return all(each.status_code == HTTPStatus.OK for each in found)

    await until(answer, f"there are {' and '.join(plurals)}")
