"""Dashboards on the pages: panels of one's own and of others, and never more than the reader may see."""

from typing import Any

import pytest

from gateway.web.dashboards.ready import READY
from kit.ids import uuid7
from kit.query import parse
from kit.query.tree import names as named_in
from tests.entities.cases import CASES
from tests.gateway.browsers import Browser
from tests.gateway.test_reports_on_pages import PASSWORD, kept, word

__all__ = ["word"]

NOBODY = "01a228ad-0000-7000-8000-000000000000"
DASHBOARDS = "/api/v1/dashboards"


@pytest.fixture
async def cleo(root: Browser, stranger: Browser, colleague: dict[str, Any]) -> Browser:
    """Somebody with an ordinary profile, signed in."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    return stranger


async def laid_out(browser: Browser, *panels: dict[str, Any], status: int = 201) -> Any:
    body = {"name": f"Dashboard {uuid7()}", "panels": list(panels)}
    made = await browser.post(DASHBOARDS, json=body)
    assert made.status_code == status, made.text
    return made.json()


async def view_of(browser: Browser, word: str) -> dict[str, Any]:
    body = {
        "name": f"View {word}",
        "entity_name": "sales.Opportunity",
        "filter": f'name = "{word}"',
    }
    made = await browser.post("/api/v1/saved-views", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_a_dashboard_shows_reports_lists_and_numbers(root: Browser, word: str) -> None:
    """XC-12"""
    drawn = await kept(root, word, group_by=["currency"], shape="bar")
    counted = await kept(root, word, measures=["count"])
    dashboard = await laid_out(
        root,
        {"kind": "report", "report_id": drawn["id"], "width": 4},
        {"kind": "number", "report_id": counted["id"], "target": "8", "title": "Deals"},
        {"kind": "list", "view_id": (await view_of(root, word))["id"]},
    )
    page = (await root.get(f"/dashboards/{dashboard['id']}")).text
    assert '<figure class="drawing bar"' in page
    assert "50 % of 8" in page
    assert page.count(f">{word}<") >= 4


async def test_whoever_may_not_see_a_report_sees_none_on_a_shared_page(
    root: Browser, cleo: Browser, colleague: dict[str, Any], word: str
) -> None:
    """ID-07, XC-12: sharing a dashboard shares no report."""
    report = await kept(root, word, group_by=["currency"], name=f"Secret {word}")
    panel = {"kind": "report", "report_id": report["id"]}
    dashboard = await laid_out(root, panel)
    address = f"/dashboards/{dashboard['id']}"
    assert (await cleo.get(address)).status_code == 404
    share = {"principal_kind": "person", "principal_id": colleague["id"], "level": "read"}
    given = await root.post(f"{DASHBOARDS}/{dashboard['id']}/shares", json=share)
    assert given.status_code == 200, given.text
    page = await cleo.get(address)
    assert page.status_code == 200
    assert "Not visible to you" in page.text
    assert "Secret" not in page.text
    refused = await laid_out(cleo, panel, status=422)
    assert "panels" in str(refused["errors"])


@pytest.mark.parametrize(
    "panel",
    [
        {"kind": "report"},
        {"kind": "list"},
        {"kind": "number", "target": "1"},
        {"kind": "map", "width": 2},
        {"kind": "report", "report_id": NOBODY},
        {"kind": "list", "view_id": NOBODY},
        {"kind": "report", "report_id": "none"},
        {"kind": "report", "width": 5},
    ],
    ids=str,
)
async def test_a_panel_of_nothing_is_refused(root: Browser, panel: dict[str, Any]) -> None:
    refused = await laid_out(root, panel, status=422)
    assert {each.partition("[")[0].partition(".")[0] for each in refused["errors"]} == {"panels"}


async def test_a_report_that_was_deleted_leaves_the_rest(root: Browser, word: str) -> None:
    gone, there = await kept(root, word), await kept(root, word, name=f"There {word}")
    dashboard = await laid_out(
        root, *({"kind": "report", "report_id": each["id"]} for each in (gone, there))
    )
    assert (await root.delete(f"/api/v1/reports/{gone['id']}")).status_code == 204
    page = await root.get(f"/dashboards/{dashboard['id']}")
    assert (page.status_code, f"There {word}" in page.text) == (200, True)
    assert "Not visible to you" in page.text


async def test_a_ready_dashboard_becomes_one_s_own(root: Browser, cleo: Browser) -> None:
    """XC-12, SA-36: what a person's profile opens, once however often it is pressed."""
    assert "How deals ended" in (await cleo.get("/dashboards/ready")).text
    form = {"name": "Sales", "key": uuid7().hex, "csrf_token": cleo.csrf}
    made = await cleo.http.post("/dashboards/ready", data=form)
    assert made.status_code == 303, made.text
    again = await cleo.http.post("/dashboards/ready", data=form)
    assert again.headers["location"] == made.headers["location"]
    page = await cleo.get(made.headers["location"])
    assert page.status_code == 200
    assert "Pipeline by stage" in page.text
    assert "Not visible to you" not in page.text
    assert (await root.get(made.headers["location"])).status_code == 200


@pytest.mark.parametrize("ready", READY, ids=lambda each: each.name)
def test_a_ready_dashboard_asks_for_what_there_is(ready: Any) -> None:
    for part in ready.parts:
        question = part.question
        fields = CASES[question.entity].record.fields
        measured = {each.rpartition("(")[2].rstrip(")") for each in question.measures}
        names = {each.partition(":")[0] for each in question.group_by} | measured
        names |= {*filter(None, [question.period_field]), *named_in(parse(question.filter))}
        assert names - {"count", "share"} <= fields.keys(), part.title
