"""Every page keeps its promises: readable by everybody, fitting a phone, and small over the wire."""

from typing import Any

import pytest
from playwright.async_api import ConsoleMessage, Page

from tests.browser.conftest import Sits

pytestmark = pytest.mark.browser
PLACES = (
    "/", "/accounts", "/accounts/new", "/opportunities/board", "/chat", "/search?q=north",
    "/imports/new", "/profiles", "/design",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
FIRST_LOAD, LATER = 150 * 1024, 30 * 1024


# The other theme changes colours and nothing else.
RULES = {"light": "{}", "dark": "{runOnly: ['color-contrast']}"}


async def faults_of(page: Page, axe: str, rules: str) -> list[str]:
    """What axe finds, as rule and place."""
    await page.evaluate(axe)
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {rules})")
    return [
        f"{page.url} {rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(sits: Sits, axe: str, scheme: str) -> None:
    # Our policy lets no script in that is not ours; the rules are brought in from outside.
    desk = await sits("Axel Reader", color_scheme=scheme, bypass_csp=True)
    deal = await desk.has("opportunities", name="A deal to read", amount="10", currency="EUR")
    faults = []
    for place in (*PLACES, f"/opportunities/{deal['id']}", f"/opportunities/{deal['id']}/access"):
        await desk.page.goto(place, wait_until="networkidle")
        faults += await faults_of(desk.page, axe, RULES[scheme])
    assert faults == []


async def test_no_page_is_wider_than_a_phone(sits: Sits) -> None:
    desk = await sits("Pia Phone", viewport=PHONE)
    deal = await desk.has("opportunities", name="A deal on the way", amount="10", currency="EUR")
    for place in (*PLACES, f"/opportunities/{deal['id']}"):
        await desk.page.goto(place)
        wide = await desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, place


async def test_pages_are_small_over_the_wire_and_break_no_policy(sits: Sits) -> None:
    desk = await sits("Wanda Wire")
    sizes: list[int] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # The service of the inbox is not among those that stand behind these pages.
        if not message.location.get("url", "").endswith("/notifications/live"):
            said.append(f"{message.type}: {message.text}")

    desk.page.on("console", hear)

    async def weighed(place: str) -> int:
        sizes.clear()
        tracer = await desk.page.context.new_cdp_session(desk.page)
        await tracer.send("Network.enable")
        tracer.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        await desk.page.goto(place, wait_until="networkidle")
        await tracer.detach()
        return int(sum(sizes))

    await desk.page.context.clear_cookies(name="theme")
    assert await weighed("/accounts") <= FIRST_LOAD
    for place in PLACES[1:5]:
        assert await weighed(place) <= LATER, place
    assert said == []
