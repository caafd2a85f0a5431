"""Lists are asked for what their records refer to, by hand, on a phone and by keyboard."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Sits
from tests.browser.desk import Desk

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


async def _deals(desk: Desk) -> None:
    """One deal with a dairy in retail, one with a mill in energy: accounts of another service."""
    for name, industry, deal in (("Dairy", "retail", "Zinc"), ("Mill", "energy", "Amber")):
        account = await desk.has("accounts", name=f"{name} {desk.person['id']}", industry=industry)
        await desk.has("opportunities", name=deal, account_id=account["id"])
    await desk.page.goto("/opportunities?view=mine")


def _menu(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def _choice(menu: Locator, name: str) -> Locator:
    return menu.get_by_role("combobox", name=name, exact=True)


async def _names(page: Page) -> list[str]:
    return await page.locator("tbody th").all_inner_texts()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_list_is_filtered_by_a_field_of_what_it_refers_to(
    sits: Sits, size: dict[str, int]
) -> None:
    """PA-22: with the label of both, and the values which the account's own form offers."""
    desk = await sits("Ada", viewport=size)
    await _deals(desk)
    page, menu = desk.page, _menu(desk.page, "Filter")
    await page.get_by_role("button", name="Filter").click()
    await _choice(menu, "Field").select_option(label="Account › Industry")
    await expect(_choice(menu, "Comparison").locator("option")).to_have_text(
        ["is", "is not", "is empty", "is filled in"]
    )
    await _choice(menu, "Value").select_option(label="Energy")
    await menu.get_by_role("button", name="Add filter").click()
    await expect(page.get_by_role("link", name="Account › Industry is Energy")).to_be_visible()
    assert await _names(page) == ["Amber"]
    assert await page.evaluate("document.documentElement.scrollWidth") == size["width"]


async def test_a_path_is_chosen_by_keyboard_alone(sits: Sits) -> None:
    """PA-22: from the button to the list that is found."""
    desk = await sits("Ada")
    await _deals(desk)
    page, menu = desk.page, _menu(desk.page, "Filter")
    await page.get_by_role("button", name="Filter").press("Enter")
    field, value = _choice(menu, "Field"), _choice(menu, "Value")
    await page.keyboard.press("Tab")
    await expect(field).to_be_focused()
    while await field.input_value() != "account.industry":
        await page.keyboard.press("ArrowDown")
    await expect(value.locator("option[value=energy]")).to_be_attached()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(value).to_be_focused()
    await page.keyboard.type("Energy")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Account › Industry is Energy")).to_be_visible()
    assert await _names(page) == ["Amber"]


async def test_a_list_is_sorted_by_what_it_refers_to(sits: Sits) -> None:
    """PA-22: a column of references goes by their names; the menu sorts by the rest."""
    desk = await sits("Ada")
    await _deals(desk)
    page, menu = desk.page, _menu(desk.page, "Sort")
    await page.get_by_role("columnheader", name="Account").get_by_role("link").click()
    await expect(page.locator("th[aria-sort=ascending]")).to_have_text("Account")
    assert await _names(page) == ["Zinc", "Amber"]
    await page.get_by_role("button", name="Sort").click()
    await _choice(menu, "Sort by").select_option(label="Account › Industry")
    await menu.get_by_role("button", name="Sort").click()
    await expect(page).to_have_url(re.compile(r"order_by=account\.industry"))
    assert await _names(page) == ["Amber", "Zinc"]
