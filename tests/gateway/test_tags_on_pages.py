"""XC-01, XC-02: tags are written with a record, stand in its corner, and make a cloud that leads to it."""

from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser

PASSWORD = "soft yellow lamps 3"


@pytest.fixture
def tag() -> str:
    return f"Label {uuid7().hex}"


async def _deal(browser: Browser, name: str, **form: Any) -> Any:
    """Makes a deal by its form."""
    form = {"csrf_token": browser.csrf, "name": name, **form}
    return await browser.http.post("/opportunities", data=form)


async def _one(browser: Browser, name: str) -> Any:
    query = {"filter": f'name = "{name}"'}
    [found] = (await browser.get("/api/v1/opportunities", params=query)).json()["items"]
    return found


async def test_a_tag_is_made_where_it_is_written_and_leads_back_to_its_record(
    root: Browser, name: str, tag: str
) -> None:
    """XC-01, XC-02: by the form, in the corner, in the cloud, in the list."""
    made = await _deal(root, name, **{"tags~text": f"{tag}, {tag.upper()}"})
    assert made.status_code == 303, made.text
    deal = await _one(root, name)
    [value] = deal["tags"]
    page = (await root.get(f"/opportunities/{deal['id']}")).text
    assert f'name="remove" value="{value}"' in page
    for address in ("/tag-cloud", "/tag-cloud?of=opportunities"):
        assert tag in (await root.get(address)).text
    listed = (await root.get(f'/opportunities?filter=tags:"{value}"')).text
    assert name in listed
    assert tag in listed
    cloud = (await root.get("/api/v1/tag-cloud")).json()
    [weighed] = [each for each in cloud["items"] if each["tag"] == value]
    assert (weighed["count"], weighed["entities"]) == (1, {"sales.Opportunity": 1})
    form = {"csrf_token": root.csrf, "version": deal["version"], "remove": value}
    await root.http.post(f"/opportunities/{deal['id']}/tags", data=form)
    assert (await _one(root, name)).get("tags", []) == []
    assert value not in (await root.get("/tag-cloud?of=opportunities")).text


async def test_who_may_make_no_tags_is_told_so_and_keeps_what_was_typed(
    reader: Any, root: Browser, address: str, name: str, tag: str
) -> None:
    """XC-01: HTML in what was typed stays text."""
    await _deal(root, name)
    deal = await _one(root, name)
    async with Browser(address) as browser:
        await browser.sign_in(reader["email"], PASSWORD)
        form = {"csrf_token": browser.csrf, "version": deal["version"], "add": tag}
        refused = await browser.http.post(f"/opportunities/{deal['id']}/tags", data=form)
        assert refused.status_code == 404
        seen = (await browser.get(f"/opportunities/{deal['id']}")).text
        assert 'name="add"' not in seen
        assert (await browser.post("/api/v1/tags", json={"name": tag})).status_code == 403
    typed = {"tags~text": "<script>alert(1)</script>;" + "x" * 61}
    wrong = await _deal(root, f"{name} again", **typed)
    assert wrong.status_code == 422
    assert "<script>alert(1)" not in wrong.text
    assert "x" * 61 in wrong.text
