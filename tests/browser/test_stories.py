"""What people do all day, in a real browser and with nothing but what stands on the page."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from kit.ids import uuid7
from tests.browser.conftest import Sits

pytestmark = pytest.mark.browser


def unique(word: str) -> str:
    return f"{word} {str(uuid7())[-6:]}"


async def test_a_wrong_line_of_an_address_is_blamed_in_place_and_nothing_typed_is_lost(
    sits: Sits,
) -> None:
    page = (await sits("Ana Form")).page
    await page.goto("/accounts/new")
    await page.locator('[name="addresses.0.street"]').fill("12 Harbour Road")
    await page.locator('[name="addresses.0.city"]').fill("x" * 200)
    await page.get_by_role("button", name="Create account").click()
    wrong = page.locator('[name="addresses.0.city"]')
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(page.locator('[name="addresses.0.street"]')).to_have_value("12 Harbour Road")
    await wrong.fill("Galati")
    name = unique("Aurelia Mills")
    await page.get_by_label(re.compile("^Name")).fill(name)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def test_a_card_moves_by_keyboard_and_a_loss_asks_why_on_the_board(sits: Sits) -> None:
    # Wide enough for all stages: a board that scrolls under the mouse would lift another card.
    desk = await sits("Bo Board", viewport={"width": 1600, "height": 900})
    name = unique("Deal")
    stage = await desk.stage("Negotiating")
    await desk.has("opportunities", name=name, amount="1200", currency="EUR", stage_id=stage)
    page = desk.page
    await page.goto("/opportunities/board?scope=mine")
    await page.locator(".board-card").first.focus()
    await page.keyboard.press("Shift+ArrowLeft")
    moved = page.locator("[data-name=Engaging] .board-card")
    await expect(moved).to_contain_text(name)
    await moved.drag_to(page.locator("[data-name=Lost] header"))
    dialog = page.locator("dialog#reason")
    await dialog.get_by_label("Reason").fill("They bought elsewhere")
    await dialog.get_by_role("button", name="Move opportunity").click()
    await expect(page.locator("[data-name=Lost] .board-card")).to_contain_text(name)


async def test_an_opportunity_shows_its_path_and_is_won_in_two_clicks(sits: Sits) -> None:
    desk = await sits("Wim Winner")
    deal = await desk.has("opportunities", name=unique("Deal"), amount="900", currency="EUR")
    page = desk.page
    await page.goto(f"/opportunities/{deal['id']}")
    path = page.get_by_role("navigation", name="Stage")
    await expect(path.locator("[aria-current=step]")).to_have_text("Prospecting")
    await page.get_by_role("link", name="Mark as won").click()
    await page.get_by_role("button", name="Mark as won").click()
    await expect(path.locator("[aria-current=step]")).to_have_text("Won")


async def test_messages_arrive_live_and_unread_ones_are_counted_until_they_are_seen(
    sits: Sits,
) -> None:
    kim, lou = await sits("Kim Writer"), await sits("Lou Reader")
    await kim.page.goto("/chat")
    field = kim.page.get_by_label("Write to a colleague")
    await field.fill("Lou Rea")
    option = kim.page.get_by_role("option", name="Lou Reader").last
    await option.click()
    await kim.page.get_by_role("button", name="Start").click()
    message = kim.page.get_by_label("Message", exact=True)
    await message.fill("Are you there?")
    await message.press("Enter")
    await expect(kim.page.locator("[data-messages]")).to_contain_text("Are you there?")
    await lou.page.goto("/")
    sign = lou.page.locator(".chat-sign[href='/chat']")
    await expect(sign.locator(".dot-count")).to_contain_text("1")
    await lou.page.goto("/chat")
    await lou.page.get_by_role("link", name=re.compile("Kim Writer")).click()
    await expect(lou.page.locator("[data-messages]")).to_contain_text("Are you there?")
    await message.fill("Lunch?")
    await message.press("Enter")
    await expect(lou.page.locator("[data-messages]")).to_contain_text("Lunch?")
    await lou.page.goto("/accounts")
    await expect(sign).to_be_visible()
    await expect(sign.locator(".dot-count")).to_have_count(0)


async def test_a_file_is_mapped_tried_and_taken_in_and_what_was_rejected_is_put_right(
    sits: Sits, tmp_path: Path
) -> None:
    page = (await sits("Ina Import")).page
    one, two = unique("Alpha"), unique("Beta")
    file = tmp_path / "products.csv"
    file.write_text(f"Name,Code,Price,Currency\n{one},{one},12,EUR\n{two},{two},dear,EUR\n")
    await page.goto("/imports/new?entity=sales.Product")
    await page.locator("#file").set_input_files(file)
    await page.get_by_role("button", name="Upload file").click()
    await page.get_by_label("An existing record is found by").select_option("code")
    await page.get_by_role("button", name="Start import").click()
    await expect(page.locator("main")).to_contain_text("So far nothing was changed.")
    await page.get_by_role("button", name="Import for real").click()
    rejected = page.locator("tbody tr").first
    await expect(rejected).to_contain_text(two)
    await page.get_by_label("Values to replace").fill("price:dear = 15")
    await page.get_by_role("button", name="Import the rejected lines again").click()
    await expect(page.locator(".numbers")).to_contain_text(re.compile(r"Created\s*1"))
    await page.goto(f"/products?q={two}")
    await expect(page.locator("tbody")).to_contain_text(two)


async def test_the_command_menu_finds_records_by_keyboard(sits: Sits) -> None:
    desk = await sits("Cy Command")
    name = unique("Findling")
    account = await desk.has("accounts", name=name)
    page = desk.page
    await page.keyboard.press("Control+k")
    await page.keyboard.type(name)
    await expect(page.locator("#command-results")).to_contain_text(name)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/accounts/{account['id']}")


async def test_access_is_given_by_hand_and_explained(sits: Sits) -> None:
    desk, other = await sits("Sue Sharer"), await sits("Otto Other", "Standard user")
    deal = await desk.has("opportunities", name=unique("Deal"))
    page = desk.page
    await page.goto(f"/opportunities/{deal['id']}")
    await page.get_by_role("link", name="Who can see this, and why").click()
    await page.locator("#share-name").fill("Otto Oth")
    await page.get_by_role("option", name="Otto Other").last.click()
    await page.get_by_role("button", name="Give access").click()
    await expect(page.locator("main")).to_contain_text("Access was given.")
    answer = await other.page.goto(f"/opportunities/{deal['id']}")
    assert answer is not None
    await expect(other.page.get_by_role("heading", level=1)).to_have_text(deal["name"])


async def test_a_record_is_made_and_deleted_without_javascript(sits: Sits) -> None:
    page = (await sits("Nona Script", java_script_enabled=False)).page
    name = unique("Plain")
    await page.goto("/accounts/new")
    await page.get_by_label(re.compile("^Name")).fill(name)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_text("Delete", exact=True).click()
    await page.get_by_role("button", name="Delete account").click()
    await expect(page.locator("main")).to_contain_text("Account is in the bin.")
