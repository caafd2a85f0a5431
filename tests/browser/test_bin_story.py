"""Deleting and taking it back, in a real browser: by Undo at once, or from the bin later."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sits
from tests.browser.test_stories import unique

pytestmark = pytest.mark.browser


async def _delete(page: Page, label: str) -> None:
    await page.get_by_role("button", name="More", exact=True).last.click()
    await page.locator("#more summary", has_text="Delete").click()
    await page.get_by_role("button", name=f"Delete {label}").click()


async def test_a_wrong_click_is_taken_back_at_once(sits: Sits) -> None:
    """B2"""
    desk = await sits("Una Undo")
    name = unique("Harbour Mills")
    account = await desk.has("accounts", name=name)
    page = desk.page
    await page.goto(f"/accounts/{account['id']}")
    await _delete(page, "account")
    await expect(page.get_by_role("status").first).to_contain_text("Account is in the bin.")
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await expect(page.get_by_role("status").first).to_contain_text("Account was restored.")


async def test_what_refers_to_a_deleted_account_names_it_and_the_bin_gives_it_back(
    sits: Sits,
) -> None:
    """B2: pages told even the administrator that it was not visible to him."""
    desk = await sits("Bea Bin", viewport={"width": 390, "height": 844})
    name = unique("Quay Traders")
    account = await desk.has("accounts", name=name)
    contact = await desk.has("contacts", last_name=unique("Berg"), account_id=account["id"])
    deal = await desk.has("opportunities", name=unique("Deal"), account_id=account["id"])
    page = desk.page
    await page.goto(f"/accounts/{account['id']}")
    await _delete(page, "account")
    await expect(page.get_by_role("status").first).to_contain_text("in the bin")
    for path in (f"/contacts/{contact['id']}", f"/opportunities/{deal['id']}"):
        await _says(page, path, f"{name} (deleted)")
    await page.goto("/bin")
    await page.get_by_role("link", name="Accounts").last.click()
    line = page.locator(".bin li", has_text=name)
    await expect(line).to_contain_text("Bea Bin")
    await line.get_by_role("button", name="Restore").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await _says(page, f"/opportunities/{deal['id']}", name)


async def _says(page: Page, path: str, text: str) -> None:
    """The copies of other services follow within moments."""
    await page.goto(path)
    for _ in range(50):
        if await page.get_by_text(text, exact=True).count():
            return
        await page.reload()
    await expect(page.get_by_text(text, exact=True).first).to_be_visible()
