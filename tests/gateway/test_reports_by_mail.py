"""XC-10: reports that are sent: by API and page, each reader her own figures, as a letter she can end."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from gateway.main import Running
from kit.mail.tables import letter
from kit.settings import Tls
from kit.testing.serving import Serving
from services.identity.model.figures.schedules import report_reader, report_schedule
from tests.gateway.browsers import Browser
from tests.gateway.test_modules_out_of_sight import PASSWORD, somebody
from tests.gateway.test_reports_on_pages import kept, word
from tests.waiting import until

__all__ = ["word"]

SCHEDULES, REPORTS = "/api/v1/report-schedules", "/api/v1/reports"


class Post:
    """The gateway as the hour comes, and what it has written."""

    def __init__(self, people: Serving, running: Running) -> None:
        self.people, self.running = people, running

    async def comes(self) -> None:
        """All letters are due, and the gateway goes on until none is."""
        at = datetime.now(UTC) - timedelta(minutes=1)
        async with self.people.process.database.transaction() as transaction:
            await transaction.count(update(report_reader).values(due_at=at, again_at=at))
        await until(self._nothing_due, "all letters are settled")

    async def _nothing_due(self) -> bool:
        await self.running.parts.post.post_some()
        waits = (report_reader.c.due_at <= func.now(), report_reader.c.left_at.is_(None))
        return not await self.people.process.database.rows(select(report_reader.c.id).where(*waits))

    async def letters(self, person: Any) -> list[EmailMessage]:
        theirs = select(letter).where(letter.c.recipient == person["email"]).order_by(letter.c.id)
        rows = await self.people.process.database.rows(theirs)
        return [message_from_bytes(row.message, policy=default) for row in rows]


@pytest.fixture
async def post(people: Serving, gateway: Running) -> AsyncIterator[Post]:
    before: Any = people.process.settings
    people.process.settings = replace(before, smtp_host="127.0.0.1:1", smtp_tls=Tls.NONE)
    yield Post(people, gateway)
    people.process.settings = before
    async with people.process.database.transaction() as transaction:
        await transaction.count(delete(letter))
        await transaction.count(delete(report_schedule))


@pytest.fixture
async def seller(root: Browser) -> Any:
    """Somebody who sees what is hers, and may take it out."""
    rights = dict.fromkeys(("view", "create", "edit", "delete"), True)
    lines = [{"entity": "*", **rights}, {"entity": "sales.Opportunity", **rights, "export": True}]
    return await somebody(root, permissions=lines)


async def shared(root: Browser, report: Any, person: Any) -> None:
    share = {"principal_kind": "person", "principal_id": person["id"], "level": "read"}
    answer = await root.post(f"{REPORTS}/{report['id']}/shares", json=share)
    assert answer.status_code == 200, answer.text


async def sends(browser: Browser, report: Any, **said: Any) -> Any:
    made = await browser.post(SCHEDULES, json={"report_id": report["id"], **said})
    assert made.status_code == 201, made.text
    return made.json()


def parts(message: EmailMessage) -> tuple[str, str, str]:
    """The text, the HTML, and the table that goes along."""
    said = {
        each.get_content_type(): each.get_content()
        for each in message.walk()
        if not each.is_multipart()
    }
    return said["text/plain"], said["text/html"], said.get("text/csv", "").lstrip("\ufeff")


async def test_each_reader_is_sent_her_own_figures(
    root: Browser, post: Post, seller: Any, word: str
) -> None:
    """Never the sender's: of five deals one is hers. What would be a formula or markup is neither."""
    private = {"entity_name": "sales.Opportunity", "level": "private"}
    made = await root.post("/api/v1/access-defaults", json=private)
    name = f"=1+1 <b>{word}</b>"
    own = {"name": name, "amount": "70", "currency": "EUR", "opened_on": "2026-02-20"}
    try:
        given = await root.post("/api/v1/opportunities", json={**own, "owner_id": seller["id"]})
        assert given.status_code == 201, given.text
        said = {"filter": f'name:"{word}"', "group_by": ["name"], "measures": ["sum(amount)"]}
        report = await kept(root, word, **said)
        await shared(root, report, seller)
        await sends(root, report, principal_kind="person", principal_id=seller["id"])
        await post.comes()
    finally:
        if made.status_code == 201:
            await root.delete(f"/api/v1/access-defaults/{made.json()['id']}")
    [message] = await post.letters(seller)
    text, html, table = parts(message)
    assert "€70" in text
    assert "450" not in text + html + table
    assert f"/reports/{report['id']}" in text
    assert "/opportunities?" in html
    assert "<b>" not in html
    assert table.splitlines()[1] == f"'{name},EUR,70"


async def test_who_may_not_export_gets_no_file(root: Browser, post: Post, word: str) -> None:
    reader = await somebody(root)
    report = await kept(root, word, group_by=["currency"])
    await shared(root, report, reader)
    await sends(root, report, principal_kind="person", principal_id=reader["id"])
    await post.comes()
    [message] = await post.letters(reader)
    assert parts(message)[2] == ""


async def test_what_may_not_be_seen_any_more_is_not_sent(
    root: Browser, stranger: Browser, post: Post, seller: Any, word: str
) -> None:
    """Attacks: the share is taken back; the module is hidden; a field is hidden."""
    report = await kept(root, word, measures=["sum(amount)"])
    await shared(root, report, seller)
    await stranger.sign_in(seller["email"], PASSWORD)
    await sends(stranger, report)
    profile = f"/api/v1/profiles/{seller['profile_ids'][0]}"
    for attack, mend in (
        ({"hidden_modules": ["sales"]}, {"hidden_modules": []}),
        (
            {
                "field_access": [
                    {"entity": "sales.Opportunity", "field": "amount", "access": "hidden"}
                ]
            },
            {"field_access": []},
        ),
    ):
        await post.comes()
        assert (await root.patch(profile, json=attack)).status_code == 200
        await post.comes()
        await post.comes()
        assert (await root.patch(profile, json=mend)).status_code == 200
    share = {"principal_kind": "person", "principal_id": seller["id"], "level": "read"}
    await post.comes()
    taken = await root.http.request(
        "DELETE",
        f"{REPORTS}/{report['id']}/shares",
        json=share,
        headers={"X-CSRF-Token": root.csrf},
    )
    assert taken.status_code < 300, taken.text
    await post.comes()
    subjects = [each["Subject"].strip() for each in await post.letters(seller)]
    name = report["name"]
    assert subjects == [
        *(name, f"{name} is not sent to you any more"),
        *(name, f"{name} could not be reckoned"),
        *(name, f"{name} is not sent to you any more"),
    ]
    [*_, refused, _figures, last] = [parts(each)[0] for each in await post.letters(seller)]
    assert "amount" in refused
    assert "€" not in refused + last


async def test_a_report_is_sent_and_ended_by_its_page(
    root: Browser, stranger: Browser, post: Post, seller: Any, word: str
) -> None:
    report = await kept(root, word)
    address = f"/reports/{report['id']}/schedules"
    assert "By e-mail" in (await root.get(f"/reports/{report['id']}")).text
    form = {"csrf_token": root.csrf, "when": "monthly:31", "hour": "6"}
    assert (await root.http.post(address, data=form)).status_code == 303
    wrong = await root.http.post(address, data={**form, "hour": "x" * 180_000})
    assert wrong.status_code == 422
    page = (await root.get(address)).text
    assert "On day 31 of each month at 06:00" in page
    choices = (await root.get("/inbox/choices")).text
    assert report["name"] in choices
    [place] = re.findall(r"/report-schedules/([0-9a-f-]{36})/leave", choices)
    for mark, said in (("leave", "Send it to me again"), ("return", "Not to me any more")):
        done = await root.http.post(
            f"/report-schedules/{place}/{mark}", data={"csrf_token": root.csrf}
        )
        assert done.status_code == 303
        assert said in (await root.get("/inbox/choices")).text
    await stranger.sign_in(seller["email"], PASSWORD)
    assert (await stranger.get(address)).status_code == 404
    theirs = await stranger.http.post(
        f"/report-schedules/{place}/end", data={"csrf_token": stranger.csrf}
    )
    assert theirs.status_code == 404
    await root.http.post(f"/report-schedules/{place}/end", data={"csrf_token": root.csrf})
    assert (await root.get(SCHEDULES, params={"report_id": report["id"]})).json()["items"] == []


async def test_the_link_in_the_letter_ends_it_without_signing_in(
    root: Browser, stranger: Browser, post: Post, seller: Any, word: str
) -> None:
    report = await kept(root, word)
    await shared(root, report, seller)
    await sends(root, report, principal_kind="person", principal_id=seller["id"])
    await post.comes()
    [message] = await post.letters(seller)
    path = "/unsubscribe/" + message["List-Unsubscribe"].strip("<>").partition("/unsubscribe/")[2]
    assert "Stop this report" in (await stranger.get(path)).text
    assert (await stranger.http.post("/unsubscribe/reports/guess")).status_code == 404
    one_click = {"List-Unsubscribe": "One-Click"}
    assert (await stranger.http.post(path, data=one_click)).status_code == 200
    await post.running.parts.post.post_some()
    assert len(await post.letters(seller)) == 1
