"""An administrator words a value list, and people choose by it from then on."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sits

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


async def _open(page: Page, name: str) -> None:
    await page.goto("/choice-lists")
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("link", name="Edit").click()


async def test_an_administrator_adds_a_value_and_retires_another(sits: Sits) -> None:
    """PA-10: on a phone; what is shown is what accounts offer next, and what they had they keep."""
    desk = await sits("Ada", viewport=PHONE)
    account = await desk.has("accounts", name="Vinaria Nord", source="press")
    await _open(desk.page, "Accounts: Source")
    lines = desk.page.locator("[data-lines] .line")
    await lines.last.get_by_label("Shown as").fill("Wine & spirits fair")
    press = lines.filter(has=desk.page.locator("[value=press]"))
    await press.get_by_label("Retired").check()
    await desk.page.get_by_role("button", name="Save changes").click()
    await expect(desk.page.get_by_role("cell", name="wine_spirits_fair").first).to_be_visible()
    wide = await desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE["width"]

    await desk.page.goto("/accounts/new")
    offered = await desk.page.get_by_label("Source", exact=True).locator("option").all_inner_texts()
    assert "Wine & spirits fair" in offered
    assert "Press" not in offered
    await desk.page.goto(f"/accounts/{account['id']}/edit")
    await expect(desk.page.get_by_label("Source", exact=True)).to_have_value("press")


async def test_a_value_that_was_taken_away_is_asked_back(sits: Sits) -> None:
    """PA-10: records may have it, and the page says what to do instead."""
    desk = await sits("Ada")
    await _open(desk.page, "Contacts: Type")
    await desk.page.get_by_role("button", name="Remove this line").first.click()
    await desk.page.get_by_role("button", name="Save changes").click()
    told = desk.page.get_by_text("Records may have 'decision_maker' (Decision maker)").first
    await expect(told).to_be_visible()
