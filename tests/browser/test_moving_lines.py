"""Lines in a form change their places, by keyboard and by touch, and nothing typed is lost."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sits
from tests.browser.test_stories import unique

pytestmark = pytest.mark.browser


async def cities(page: Page) -> list[str]:
    typed = page.locator('.line [name$=".city"]')
    return [await each.input_value() for each in await typed.all()]


async def new_account(page: Page, *places: str) -> str:
    """A form with so many addresses typed into it, and the name of the account."""
    await page.goto("/accounts/new")
    for number, place in enumerate(places):
        if number:
            await page.locator('[data-rows-of="addresses"]').get_by_text("Add a line").click()
        rows = page.locator('[data-rows-of="addresses"] .line')
        await rows.last.locator('[name$=".city"]').fill(place)
    name = unique("Moved Mills")
    await page.get_by_label("Name", exact=False).first.fill(name)
    return name


async def saved(page: Page, desk: Any, name: str) -> list[str]:
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    query = {"filter": f'name = "{name}"', "fields": "addresses"}
    [found] = (await desk.root.get("/api/v1/accounts", params=query)).json()["items"]
    return [each["city"] for each in found["addresses"]]


async def test_a_line_is_moved_by_keyboard_and_its_place_is_told(sits: Sits) -> None:
    desk = await sits("Ana Order")
    page = desk.page
    name = await new_account(page, "Arad", "Brasov", "Cluj")
    rows = page.locator('[data-rows-of="addresses"]')
    button = rows.locator(".line").nth(2).get_by_role("button", name="Move this line up")
    await button.focus()
    await page.keyboard.press("Enter")
    assert await cities(page) == ["Arad", "Cluj", "Brasov"]
    await expect(rows.get_by_role("status")).to_have_text("Line 2 of 3")
    focused = page.locator(":focus")
    await expect(focused).to_have_attribute("data-move-line", "up")
    await page.keyboard.press("Enter")
    assert await cities(page) == ["Cluj", "Arad", "Brasov"]
    assert await saved(page, desk, name) == ["Cluj", "Arad", "Brasov"]


async def test_a_line_is_moved_by_touch_and_a_fault_stays_with_it(sits: Sits) -> None:
    desk = await sits("Ana Touch", viewport={"width": 390, "height": 844}, has_touch=True)
    page = desk.page
    name = await new_account(page, "Arad", "x" * 200)
    rows = page.locator('[data-rows-of="addresses"] .line')
    await page.get_by_role("button", name="Create account").click()
    await expect(rows.nth(1).locator('[name$=".city"]')).to_have_attribute("aria-invalid", "true")
    await rows.nth(0).get_by_role("button", name="Move this line down").tap()
    wrong = rows.nth(0).locator('[name$=".city"]')
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    told = await wrong.get_attribute("aria-describedby")
    await expect(rows.nth(0).locator(f'[id="{told}"]')).to_contain_text("at most 120")
    await wrong.fill("Cluj")
    assert await saved(page, desk, name) == ["Cluj", "Arad"]
