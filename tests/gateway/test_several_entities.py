"""Files whose lines are of several entities: each line makes or finds all of them, across services."""

import asyncio
import csv
import io
from html import unescape
from typing import Any

import orjson
import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser, reached
from tests.gateway.test_kept_mappings import MAPPINGS, said, uploaded
from tests.gateway.test_modules_out_of_sight import PASSWORD, somebody
from tests.gateway.test_taking_in_files import IMPORTS, brought_in, ended


@pytest.fixture(autouse=True)
async def _served(root: Browser, customers: Any) -> None:
    await reached(root, "accounts")


COLUMNS = {
    "account": "account.name",
    "city": "account.addresses.city",
    "mail": "contact.email",
    "who": "contact.first_name+last_name",
    "deal": "name",
    "code": "code",
    "what": "lines.description",
    "quantity": "lines.quantity",
    "price": "lines.unit_price",
}


@pytest.fixture
def word() -> str:
    """What no other test says."""
    return uuid7().hex


def plan(**more: Any) -> dict[str, Any]:
    related = {"account": "name", "contact": "email"}
    given = {"currency": "EUR"}
    said = {"entity": "sales.Opportunity", "columns": COLUMNS, "constants": given}
    return {**said, "match": "code", "related_match": related, **more}


def sheet(word: str, mail: str = "no address") -> str:
    """Two deals of one account, the first of two lines, and one of whose contact something is wrong."""
    rows = [
        list(COLUMNS),
        [f"Acme {word}", "Cluj", f"ana@{word}.example", "Ana Pop", "Desks", f"1-{word}", "Desk", "2", "100"],
        ["", "", "", "", "", f"1-{word}", "Chair", "4", "50"],
        [f"acme {word}", "", f"bob@{word}.example", "Bob Ion", "Lamps", f"2-{word}", "Lamp", "1", "9"],
        [f"Bexo {word}", "Iasi", mail, "Cy Dan", "Sofas", f"3-{word}", "Sofa", "1", "700"],
    ]  # fmt: skip
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


async def listed(browser: Browser, plural: str, filter_: str, order: str) -> list[dict[str, Any]]:
    asked = {"filter": filter_, "order_by": order}
    answer = await browser.get(f"/api/v1/{plural}", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def whole(browser: Browser, plural: str, record: dict[str, Any]) -> dict[str, Any]:
    """With its rows, which lists leave out."""
    found: dict[str, Any] = (await browser.get(f"/api/v1/{plural}/{record['id']}")).json()
    return found


async def all_of(browser: Browser, word: str) -> tuple[list[Any], list[Any], list[Any]]:
    accounts = await listed(browser, "accounts", f'name:"{word}"', "name")
    contacts = await listed(browser, "contacts", f'email:"{word}"', "email")
    deals = await listed(browser, "opportunities", f'code:"{word}"', "code")
    return accounts, contacts, deals


def counts(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found.get(each, 0) for each in ("created", "updated", "matched", "rejected"))


async def reasons(browser: Browser, done: dict[str, Any]) -> list[Any]:
    lines = (await browser.get(f"{IMPORTS}/{done['id']}/lines")).json()["items"]
    return [line["reasons"] for line in lines]


async def test_each_line_makes_or_finds_all_that_it_speaks_of(root: Browser, word: str) -> None:
    """XC-15: the account, the contact at it, the deal of both with its lines."""
    done = await brought_in(root, plan(), sheet(word))
    assert counts(done) == (2, 1, 0, 1), await reasons(root, done)
    by_field = {each["field"]: each for each in done["related"]}
    assert counts(by_field["account_id"]) == (2, 0, 1, 0)
    assert counts(by_field["contact_id"]) == (2, 0, 0, 1)
    assert not done.get("ignored")
    accounts, contacts, deals = await all_of(root, word)
    acme, bexo = accounts
    assert (acme["name"], bexo["name"]) == (f"Acme {word}", f"Bexo {word}")
    addresses = (await whole(root, "accounts", acme))["addresses"]
    assert [each["city"] for each in addresses] == ["Cluj"]
    assert [each["account_id"] for each in contacts] == [acme["id"]] * 2
    assert [each["account_id"] for each in deals] == [acme["id"]] * 2
    assert [each["contact_id"] for each in deals] == [each["id"] for each in contacts]
    lines = [(await whole(root, "opportunities", each))["lines"] for each in deals]
    said_of = [[line["description"] for line in each] for each in lines]
    assert said_of == [["Desk", "Chair"], ["Lamp"]]


async def test_a_line_tells_of_each_and_is_corrected(root: Browser, word: str) -> None:
    """D10: what was made above stays, what is below is rejected by the reason above."""
    done = await brought_in(root, plan(), sheet(word))
    path = f"{IMPORTS}/{done['id']}/lines"
    lines = (await root.get(path)).json()["items"]
    told = [{each["entity"]: each["state"] for each in line["related"]} for line in lines]
    account, contact = "parties.Account", "parties.Contact"
    assert told[0] == {account: "created", contact: "created"}
    assert told[1] == {account: "skipped", contact: "skipped"}
    assert told[3] == {account: "created", contact: "rejected"}
    [rejected] = (await root.get(path, params={"state": "rejected"})).json()["items"]
    assert "email" in rejected["reasons"]["contact_id"]
    text = (await root.get(f"{path}.csv")).text
    again = await brought_in(root, plan(), text.replace("no address", f"cy@{word}.example"))
    assert counts(again) == (1, 0, 0, 0)
    accounts, contacts, deals = await all_of(root, word)
    assert (len(accounts), len(contacts), len(deals)) == (2, 3, 3)
    assert deals[2]["account_id"] == accounts[1]["id"]
    assert (await root.post(f"{IMPORTS}/{done['id']}:retry", json={})).status_code == 409


async def test_all_of_it_is_taken_back_but_what_was_changed_since(root: Browser, word: str) -> None:
    """XC-15: in every service, by one press."""
    done = await brought_in(root, plan(), sheet(word))
    [acme, _], _, _ = await all_of(root, word)
    changed = await root.patch(
        f"/api/v1/accounts/{acme['id']}",
        json={"description": "Ours"},
        headers={"If-Match": f'"{acme["version"]}"'},
    )
    assert changed.status_code == 200, changed.text
    assert done["undoable"]
    assert (await root.post(f"{IMPORTS}/{done['id']}:undo")).is_success
    page = await settled(root, done["id"])
    accounts, contacts, deals = await all_of(root, word)
    assert ([each["id"] for each in accounts], contacts, deals) == ([acme["id"]], [], [])
    by_field = {each["field"]: each["undone_by"] for each in page["related"]}
    rows = (await root.get(f"/api/v1/bulks/{by_field['account_id']}/rows")).json()["items"]
    assert {row["record_id"]: row["state"] for row in rows}[acme["id"]] == "refused"
    assert (await root.post(f"{IMPORTS}/{done['id']}:undo")).status_code == 409


async def settled(browser: Browser, name: str) -> dict[str, Any]:
    """The import when all that takes it back has ended."""
    found: dict[str, Any] = (await browser.get(f"{IMPORTS}/{name}")).json()
    for bulk in (found["undone_by"], *(each["undone_by"] for each in found["related"])):
        async with asyncio.timeout(60):
            while (await browser.get(f"/api/v1/bulks/{bulk}")).json()["state"] == "running":
                await asyncio.sleep(0.05)
    return found


async def test_a_trial_foresees_all_and_makes_nothing(root: Browser, word: str) -> None:
    done = await brought_in(root, plan(dry_run=True), sheet(word))
    assert counts(done) == (2, 1, 0, 1)
    assert await all_of(root, word) == ([], [], [])


async def kept(browser: Browser, word: str) -> str:
    """The address of the page about the columns of a file for which there is a mapping."""
    rows = [{"column": f"{word} {name}", "becomes": path} for name, path in COLUMNS.items()]
    related = [{"name": "account", "match": "name"}, {"name": "contact", "match": "email"}]
    given = [{"field": "currency", "value": "EUR"}]
    body = {"name": word, "entity_name": "sales.Opportunity", "columns": rows, "given": given}
    made = await browser.post(MAPPINGS, json={**body, "match": "code", "related": related})
    assert made.status_code == 201, made.text
    lines = sheet(word, f"cy@{word}.example").split("\r\n", 1)
    head = ",".join(each["column"] for each in rows)
    return await uploaded(browser, f"{head}\n{lines[1]}", "sales.Opportunity")


async def test_the_page_takes_along_what_a_kept_mapping_says(root: Browser, word: str) -> None:
    """XC-15: chosen by the headings, taken in as it stands, told of on the report, and taken back."""
    page = unescape((await root.get(await kept(root, word))).text)
    assert f"as they are kept in “{word}”" in page
    assert "not yours to fill" not in page
    form = said(page) | {"constants": "currency = EUR", "match": "code"}
    assert form[f"column:{word} account"] == "account.name"
    assert form["related_match:contact"] == "email"
    begun = await root.post("/imports/map", data=form)
    assert begun.status_code == 303, begun.text
    name = begun.headers["location"].partition("?")[0]
    done = await ended(root, f"/api/v1{name}")
    assert counts(done) == (3, 1, 0, 0), await reasons(root, done)
    report = unescape((await root.get(f"{name}?state=created")).text)
    assert "2 created, 0 changed, 1 already there, 0 rejected" in report
    assert ">Contact</a>: created" in report
    back = await root.post(f"{name}/undo")
    assert back.headers["location"].startswith(name)
    await settled(root, done["id"])
    assert "taken back" in (await root.get(name)).text


async def test_what_one_entity_refuses_keeps_all_out(root: Browser, word: str) -> None:
    """Nothing begins before all that was said is in order."""
    wrong = {**COLUMNS, "city": "account.nonsense"}
    for columns, more, words in (
        (wrong, {}, "nonsense"),
        ({**COLUMNS, "deal": "no_field"}, {}, "no_field"),
        (COLUMNS, {"related_match": {"account": "name"}}, "contacts are found"),
        (COLUMNS, {"related_match": {"account": "name", "contact": "email", "x": "y"}}, "'x'"),
        ({**COLUMNS, "city": "account_id:name"}, {}, "filled twice"),
    ):
        parts = {
            "plan": (None, orjson.dumps(plan(columns=columns, **more))),
            "file": ("a.csv", sheet(word)),
        }
        answer = await root.post(IMPORTS, files=parts)
        assert answer.status_code == 422, answer.text
        assert words in answer.text
    assert await all_of(root, word) == ([], [], [])


async def test_each_entity_keeps_its_rights(root: Browser, stranger: Browser, word: str) -> None:
    """ID-02: whoever may not make accounts makes none by way of deals."""
    lines = [
        {"entity": line, "view": True, "create": line == "*", "edit": line == "*"}
        for line in ("*", "configuration", "parties.Account")
    ]
    await stranger.sign_in((await somebody(root, permissions=lines))["email"], PASSWORD)
    parts = {"plan": (None, orjson.dumps(plan())), "file": ("a.csv", sheet(word))}
    answer = await stranger.post(IMPORTS, files=parts)
    assert answer.status_code == 403, answer.text
    assert await all_of(root, word) == ([], [], [])


async def test_parts_are_the_gateways_own(root: Browser, stranger: Browser, word: str) -> None:
    """Nobody lets his lines refer to what somebody else's import made."""
    done = await brought_in(root, plan(), sheet(word))
    [account] = [each for each in done["related"] if each["field"] == "account_id"]
    await stranger.sign_in((await somebody(root))["email"], PASSWORD)
    part = {"after": {"account_id": account["import_id"]}}
    said = {"entity": "sales.Opportunity", "columns": {"deal": "name"}, "part": part}
    theirs = await brought_in(stranger, said, f"deal\nTheirs {word}\n")
    assert counts(theirs) == (1, 0, 0, 0)
    [deal] = await listed(stranger, "opportunities", f'name = "Theirs {word}"', "name")
    assert not deal.get("account_id")
