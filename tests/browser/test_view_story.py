"""A list becomes a view: set up by keyboard, named, changed, reset, and looked at as a month."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sits
from tests.browser.test_pages import PHONE, RULES, faults_of
from tests.browser.test_stories import unique

pytestmark = pytest.mark.browser


async def _heads(page: Page) -> list[str]:
    return [each.strip() for each in await page.locator("thead th").all_text_contents()]


async def _opens(page: Page, menu: str) -> None:
    await page.get_by_role("button", name=menu, exact=True).click()


async def test_a_list_is_set_up_by_keyboard_and_kept_as_a_view(sits: Sits, axe: str) -> None:
    desk = await sits("Vera Views", bypass_csp=True)
    page, name = desk.page, unique("Largest")
    await desk.has("opportunities", name=unique("Deal"), amount="10", currency="EUR")
    await page.goto("/opportunities?view=mine")
    await _opens(page, "Columns")
    up = page.get_by_role("button", name="Estimated value up")
    for _ in range(5):
        await up.focus()
        await page.keyboard.press("Enter")
    await expect(up).to_be_focused()
    await expect(page.locator("[data-column-place]")).to_have_text(re.compile("^Place 1 of"))
    await page.get_by_role("button", name="Show columns").click()
    assert (await _heads(page))[:2] == ["Estimated value", "Name"]
    await _opens(page, "View")
    assert await faults_of(page, axe, RULES["light"]) == []
    await page.locator("#view").get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Save as a view").click()
    tab = page.get_by_role("link", name=name)
    await expect(tab).to_have_attribute("aria-current", "page")
    assert (await _heads(page))[:2] == ["Estimated value", "Name"]
    await page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    await expect(page.get_by_text("Edited", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Reset").click()
    await expect(page.get_by_text("Edited", exact=True)).to_have_count(0)


async def test_a_month_fits_a_phone_as_a_list_of_days(sits: Sits, axe: str) -> None:
    desk = await sits("Paul Month", viewport=PHONE, bypass_csp=True)
    page, name = desk.page, unique("Deal")
    await desk.has("opportunities", name=name, expected_close_on="2027-03-04")
    await page.goto("/opportunities?view=mine&shape=calendar&month=2027-03")
    await expect(page.get_by_role("link", name=name)).to_be_visible()
    assert await page.locator(".month-days li:visible").count() == 1
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await faults_of(page, axe, RULES["light"]) == []
