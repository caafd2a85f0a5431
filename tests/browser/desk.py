"""One person in front of a browser, and the few things that all stories do there."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.gateway.browsers import Browser


@dataclass
class Desk:
    """A page, who looks at it, and the administrator who puts things in place."""

    page: Page
    root: Browser
    person: dict[str, Any]

    async def has(self, plural: str, **values: Any) -> dict[str, Any]:
        """A record of this person's own, made through the API."""
        body = {"owner_id": self.person["id"], **values}
        made = await self.root.post(f"/api/v1/{plural}", json=body)
        assert made.status_code == 201, made.text
        record: dict[str, Any] = made.json()
        return record

    async def stage(self, name: str) -> str:
        query = {"filter": f'name = "{name}"'}
        [found] = (await self.root.get("/api/v1/stages", params=query)).json()["items"]
        return str(found["id"])
