"""Reports over the API and on the pages: built, read, followed to the rows, and never more than one may see."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser
from tests.gateway.test_modules_out_of_sight import somebody

REPORTS = "/api/v1/reports"
PASSWORD = "soft yellow lamps 3"
DAY = "1998-12-31"


@pytest.fixture
async def cleo(root: Browser, stranger: Browser, colleague: dict[str, Any]) -> Browser:
    """Somebody with an ordinary profile, signed in."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    return stranger


@pytest.fixture
async def word(root: Browser) -> str:
    """A word in the names of deals: two won in euros, one in dollars, one open."""
    word = f"Deal{uuid7().hex}"
    for amount, currency, opened in (
        ("100", "EUR", "2026-01-10"),
        ("300", "EUR", "2026-02-10"),
        ("240", "USD", "2026-02-11"),
        ("50", "EUR", "2025-02-11"),
    ):
        body = {"name": word, "amount": amount, "currency": currency, "opened_on": opened}
        made = await root.post("/api/v1/opportunities", json=body)
        assert made.status_code == 201, made.text
    return word


async def kept(browser: Browser, word: str, **said: Any) -> dict[str, Any]:
    body = {
        "name": f"Report {uuid7()}",
        "entity_name": "sales.Opportunity",
        "filter": f'name = "{word}"',
        **said,
    }
    made = await browser.post(REPORTS, json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def figures(browser: Browser, report: dict[str, Any]) -> Any:
    answer = await browser.get(f"{REPORTS}/{report['id']}/figures")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rate(root: Browser) -> None:
    body = {"currency": "USD", "day": DAY, "rate": "1.2"}
    assert (await root.post("/api/v1/exchange-rates", json=body)).status_code in {201, 409}


def texts(page: str, pattern: str) -> list[str]:
    found = re.findall(pattern, page, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", each)).split()) for each in found]


async def test_a_report_says_its_figures_and_their_totals(root: Browser, word: str) -> None:
    """XC-10: a median of groups makes no median of all, so totals are reckoned by themselves."""
    report = await kept(root, word, group_by=["opened_on:month"], measures=["count", "sum(amount)"])
    told = await figures(root, report)
    groups = {
        (each["group"]["opened_on:month"], each["group"]["currency"]): each["measures"]
        for each in told["items"]
    }
    assert groups["2026-02", "EUR"] == {"count": "1", "sum(amount)": "300"}
    assert groups["2026-02", "USD"] == {"count": "1", "sum(amount)": "240"}
    totals = {each["group"]["currency"]: each["measures"]["sum(amount)"] for each in told["totals"]}
    assert totals == {"EUR": "450", "USD": "240"}


async def test_every_number_leads_to_its_rows_and_those_to_a_file(root: Browser, word: str) -> None:
    """Complaint 22: numbers without their rows."""
    report = await kept(root, word, group_by=["currency"])
    told = await figures(root, report)
    for each in told["items"]:
        asked = {"filter": each["filter"], "format": "csv", "fields": "name"}
        file = await root.get("/api/v1/opportunities:export", params=asked)
        assert file.text.count(word) == int(each["measures"]["count"])


async def test_converted_figures_say_their_rates(root: Browser, word: str) -> None:
    """XC-10: 100 + 300 + 50 + 240 / 1.2"""
    await rate(root)
    report = await kept(root, word, measures=["sum(amount)"], currency="EUR", rates_on="1999-01-03")
    told = await figures(root, report)
    [total] = told["totals"]
    assert total["measures"]["sum(amount)"] == "650.00"
    used = {each["currency"]: (each["rate"], each["day"]) for each in told["rates"]}
    assert used["USD"] == ("1.2", DAY)
    page = (await root.get(f"/reports/{report['id']}")).text
    assert "€650" in page
    assert "1 EUR = 1.2 USD" in page


async def test_the_period_before_stands_beside(root: Browser, word: str) -> None:
    """XC-10, SA-33: the same days a period before, by their own filter."""
    report = await kept(root, word, period_field="created_at", period="this_year", compared=True)
    told = await figures(root, report)
    assert told["totals"][0]["measures"]["count"] == "4"
    assert told["before"]["totals"][0]["measures"]["count"] == "0"
    assert told["before"]["period"]["last_day"] < told["period"]["first_day"]


async def test_months_stand_beside_those_of_the_year_before(root: Browser) -> None:
    """XC-10: by their place in the period, over the API and on the page; what has none says so."""
    word, year = f"Deal{uuid7().hex}", datetime.now(UTC).year
    for amount, day in (
        *(("100", f"{year}-02-10"), ("50", f"{year - 1}-02-11")),
        *(("30", f"{year}-03-01"), ("7", f"{year - 1}-12-24")),
    ):
        body = {"name": word, "amount": amount, "currency": "EUR", "opened_on": day}
        assert (await root.post("/api/v1/opportunities", json=body)).status_code == 201
    said = {"group_by": ["opened_on:month"], "measures": ["sum(amount)"], "compared": True}
    report = await kept(root, word, **said, period_field="opened_on", period="this_year")
    told = await figures(root, report)
    placed = {each["beside"]["opened_on:month"]: each for each in told["before"]["items"]}
    assert placed[f"{year}-02"]["measures"]["sum(amount)"] == "50"
    assert placed[f"{year}-02"]["group"]["opened_on:month"] == f"{year - 1}-02"
    page = (await root.get(f"/reports/{report['id']}")).text
    [february, march, *_] = texts(page, r"<tr><th scope=\"row\".*?</tr>")
    assert february == f"Feb {year} €100 €50 ▲ 100 %"
    assert march == f"Mar {year} €30 0"


async def test_a_report_has_as_many_measures_on_its_page_as_the_contract_takes(
    root: Browser, word: str
) -> None:
    measures = [f"{each}(amount)" for each in ("sum", "avg", "median", "min", "max")]
    report = await kept(root, word, measures=["count", *measures])
    page = (await root.get(f"/reports/{report['id']}")).text
    builder = page[page.index('data-rows-of="measures"') : page.index("<template data-line")]
    assert (builder.count("<select"), 'data-most="6"' in builder) == (6, True)
    body = {
        "name": word,
        "entity_name": "sales.Opportunity",
        "measures": ["count", *measures, "share"],
    }
    assert (await root.post(REPORTS, json=body)).status_code == 422
    fewer = (await root.get("/reports/new", params={"entity_name": "sales.Opportunity"})).text
    builder = fewer[fewer.index('data-rows-of="measures"') : fewer.index("<template data-line")]
    assert builder.count("<select") == 3


async def test_a_reader_sees_figures_of_her_own_records_alone(
    root: Browser, cleo: Browser, colleague: dict[str, Any], word: str
) -> None:
    """ID-02: sharing a report opens nothing."""
    report = await kept(root, word, group_by=["currency"])
    address = f"{REPORTS}/{report['id']}"
    assert (await cleo.get(f"{address}/figures")).status_code == 404
    assert (await cleo.get(f"/reports/{report['id']}")).status_code == 404
    share = {"principal_kind": "person", "principal_id": colleague["id"], "level": "read"}
    assert (await root.post(f"{address}/shares", json=share)).status_code == 200
    private = {"entity_name": "sales.Opportunity", "level": "private"}
    made = await root.post("/api/v1/access-defaults", json=private)
    try:
        assert (await figures(cleo, report))["items"] == []
        assert word not in (await cleo.get("/opportunities", params={"view": "all"})).text
    finally:
        if made.status_code == 201:
            await root.delete(f"/api/v1/access-defaults/{made.json()['id']}")


async def test_what_a_profile_hides_is_refused_by_name(
    root: Browser, stranger: Browser, word: str
) -> None:
    """ID-14: never left out in silence."""
    hidden = {"entity": "sales.Opportunity", "field": "amount", "access": "hidden"}
    person = await somebody(root, field_access=[hidden])
    await stranger.sign_in(person["email"], PASSWORD)
    report = await kept(stranger, word, measures=["sum(amount)"])
    answer = await stranger.get(f"{REPORTS}/{report['id']}/figures")
    assert answer.status_code == 422
    assert "amount" in answer.json()["errors"]["measures"]
    page = await stranger.get(f"/reports/{report['id']}")
    assert page.status_code == 200
    assert "amount" in page.text
    assert "€" not in page.text


async def test_a_report_on_a_module_out_of_sight_says_so(
    root: Browser, stranger: Browser, word: str
) -> None:
    person = await somebody(root, hidden_modules=["sales"])
    await stranger.sign_in(person["email"], PASSWORD)
    report = await kept(stranger, word)
    assert (await stranger.get(f"{REPORTS}/{report['id']}/figures")).status_code == 403
    page = await stranger.get(f"/reports/{report['id']}")
    assert (page.status_code, "Not visible to you" in page.text) == (200, True)


async def test_a_report_is_built_by_its_address_and_saved(root: Browser, word: str) -> None:
    question = {
        "entity_name": "sales.Opportunity",
        "filter": f'name = "{word}"',
        "group_by": ["currency", ""],
        "measures": ["sum(amount)", "count", ""],
        "shape": "bar",
    }
    page = await root.get("/reports/new", params=question)
    assert page.status_code == 200
    assert texts(page.text, r'<th scope="row".*?</th>')[:2] == ["EUR", "USD"]
    assert "€450" in page.text
    name = f"Report {uuid7()}"
    form = {**question, "name": name, "csrf_token": root.csrf}
    made = await root.http.post("/reports", data=form)
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    kept_page = (await root.get(address)).text
    assert name in kept_page
    assert "€450" in kept_page


async def test_changes_stand_in_the_address_until_they_are_saved(root: Browser, word: str) -> None:
    report = await kept(root, word, group_by=["currency"])
    address = f"/reports/{report['id']}"
    changed = {"edited": "1", "filter": report["filter"], "measures": "sum(amount)"}
    page = (await root.get(address, params=changed)).text
    assert "Edited" in page
    assert "Edited" not in (await root.get(address)).text
    form = {**changed, "version": str(report["version"]), "csrf_token": root.csrf}
    saved = await root.http.post(f"{address}/question", data=form)
    assert saved.status_code == 303, saved.text
    told = (await root.get(f"{REPORTS}/{report['id']}")).json()
    assert (told["measures"], told["group_by"]) == (["sum(amount)"], [])
    stale = await root.http.post(f"{address}/question", data=form)
    assert stale.status_code in {409, 412}


@pytest.mark.parametrize("shape", ["table", "bar", "line", "area", "pie", "funnel", "heat_map"])
@pytest.mark.parametrize(
    "groups", [[], ["currency"], ["opened_on:month"], ["opened_on:month", "currency"]], ids=len
)
async def test_any_question_can_be_read_in_any_shape(
    root: Browser, word: str, shape: str, groups: list[str]
) -> None:
    """XC-11: what does not fit stands in the table; every mark is a link to its rows."""
    report = await kept(root, word, shape=shape, group_by=groups, measures=["count"])
    page = await root.get(f"/reports/{report['id']}")
    assert page.status_code == 200
    assert "In all" in page.text
    for drawing in re.findall(r'<figure class="drawing.*?</figure>', page.text, re.DOTALL):
        assert "style=" not in drawing
        links = re.findall(r'<a href="([^"]*)"', drawing)
        assert links
        assert all(each.startswith("/opportunities?") for each in links)


async def test_markup_in_a_report_is_text(root: Browser) -> None:
    sign = "<img src=x onerror=alert(1)>"
    made = await root.post("/api/v1/opportunities", json={"name": "Odd", "code": sign[:40]})
    assert made.status_code in {201, 409}
    report = await kept(
        root, "Odd", name=f"{sign} {uuid7()}", group_by=["code"], shape="pie", description=sign
    )
    page = (await root.get(f"/reports/{report['id']}")).text
    assert "<img src=x" not in page


async def test_a_list_leads_to_a_report_of_its_rows(root: Browser, word: str) -> None:
    page = (await root.get("/opportunities", params={"filter": f'name = "{word}"'})).text
    [href] = re.findall(r'href="(/reports/new[?][^"]*)"', page)
    assert word in (await root.get(unescape(href))).text


async def test_a_file_of_rates_is_taken_in_by_its_page(root: Browser, cleo: Browser) -> None:
    file = {
        "file": ("eurofxref.csv", b"Date, SEK, NOK, \n01 March 1997, 11.1, 11.2, \n", "text/csv")
    }
    form = {"csrf_token": root.csrf}
    taken = await root.http.post("/exchange-rates/take-in", files=file, data=form)
    assert taken.status_code == 303, taken.text
    page = (await root.get("/exchange-rates", params={"filter": "day = 1997-03-01"})).text
    assert "11.1" in page
    assert "Take in a file" in page
    assert "Take in a file" not in (await cleo.get("/exchange-rates?view=all")).text
    theirs = await cleo.http.post(
        "/exchange-rates/take-in", files=file, data={"csrf_token": cleo.csrf}
    )
    assert theirs.status_code == 403
