"""XC-04: files on records over REST: streamed in and out, never run, never guessed at."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.gateway.browsers import Browser

DEALS = "/api/v1/opportunities"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(1000)
LONG = b"0123456789" * 600_000


@pytest.fixture
async def files(root: Browser, name: str) -> str:
    """The address of the files on a deal."""
    made = await root.post(DEALS, json={"name": name})
    assert made.status_code == 201, made.text
    return f"{DEALS}/{made.json()['id']}/files"


async def put(
    root: Browser, files: str, name: str = "a.txt", content: Any = b"Hello.", **headers: str
) -> Any:
    return await root.post(files, params={"name": name}, content=content, headers=headers)


async def test_a_file_goes_in_and_comes_out_as_it_was(root: Browser, files: str) -> None:
    made = await put(root, files, "Ofertă 1.txt", LONG)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    told = made.json()
    assert made.headers["location"] == f"{files}/{told['id']}"
    assert (told["size"], told["digest"]) == (len(LONG), hashlib.sha256(LONG).hexdigest())
    given = await root.get(f"{files}/{told['id']}/content")
    assert given.content == LONG
    named = "attachment; filename=\"Ofert_ 1.txt\"; filename*=UTF-8''Ofert%C4%83%201.txt"
    assert given.headers["content-disposition"] == named
    listed = (await root.get(files, params={"titles": "true"})).json()
    assert [each["id"] for each in listed["items"]] == [told["id"]]
    assert [each["entity"] for each in listed["page"]["titles"]] == ["identity.Person"]


async def _streamed() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"x" * 10_000


async def test_a_file_whose_length_nobody_knows_is_taken(root: Browser, files: str) -> None:
    made = await put(root, files, content=_streamed())
    assert (made.status_code, made.json()["size"]) == (201, 1_000_000)


@pytest.mark.parametrize("asked", [{}, {"preview": "true"}])
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.html", b"<!DOCTYPE html><script>alert(document.cookie)</script>", "text/plain"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "text/plain"),
        ("a.png", PNG, "image/png"),
        ("a.dat", b"\0\1\2", "application/octet-stream"),
    ],
)
async def test_nothing_that_comes_out_runs(
    root: Browser, files: str, name: str, content: bytes, kind: str, asked: dict[str, str]
) -> None:
    """Whatever opens the address: a sandbox, no guessing, and shown in a page is a picture alone."""
    made = (await put(root, files, name, content, **{"Content-Type": "text/html"})).json()
    given = await root.get(f"{files}/{made['id']}/content", params=asked)
    assert given.headers["content-type"].partition(";")[0] == kind
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert given.headers["cache-control"] == "private, no-store"
    shown = given.headers["content-disposition"].partition(";")[0]
    assert shown == ("inline" if asked and kind == "image/png" else "attachment")


@pytest.mark.parametrize(
    ("range_", "status", "content"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=4-2", 200, b"0123456789"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=10-", 416, b""),
        ("bytes=9999999999-", 416, b""),
    ],
)
async def test_a_part_is_given_to_whoever_asks_for_it(
    root: Browser, files: str, range_: str, status: int, content: bytes
) -> None:
    made = (await put(root, files, content=b"0123456789")).json()
    given = await root.get(f"{files}/{made['id']}/content", headers={"Range": range_})
    assert given.status_code == status, given.text
    if status != 416:
        assert given.content == content
    if status == 206:
        first = b"0123456789".index(content)
        assert given.headers["content-range"] == f"bytes {first}-{first + len(content) - 1}/10"


async def test_versions_and_openings_are_told(root: Browser, files: str) -> None:
    made = (await put(root, files, content=b"First.")).json()
    one = f"{files}/{made['id']}"
    changed = await root.post(f"{one}/versions", content=b"Second.", headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["number"], changed.json()["name"]) == (
        201,
        2,
        "a.txt",
    )
    stale = await root.post(f"{one}/versions", content=b"Third.", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["number"]) == (412, 2)
    assert (await root.get(f"{one}/content", params={"number": "1"})).content == b"First."
    assert (await root.get(f"{one}/content", params={"number": "3"})).status_code == 404
    for _ in range(2):
        assert (await root.get(f"{one}/content")).content == b"Second."
    await root.get(f"{one}/content", params={"preview": "true"})
    versions = (await root.get(f"{one}/versions")).json()["items"]
    assert [each["number"] for each in versions] == [2, 1]
    opened = (await root.get(f"{one}/openings", params={"titles": "true"})).json()
    told = [(each["number"], each["how"]) for each in opened["items"]]
    assert told == [(2, "looked_at"), (2, "downloaded"), (1, "downloaded")]
    assert len(opened["page"]["titles"]) == 1


async def test_a_file_is_renamed_and_taken_away(root: Browser, files: str) -> None:
    made = (await put(root, files)).json()
    one = f"{files}/{made['id']}"
    belied = await root.patch(one, json={"name": "a.pdf"})
    assert (belied.status_code, list(belied.json()["errors"])) == (422, ["name"])
    renamed = await root.patch(one, json={"name": "b.txt"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "b.txt")
    assert (await root.delete(one, headers={"If-Match": '"1"'})).status_code == 412
    assert (await root.delete(one, headers={"If-Match": '"2"'})).status_code == 204
    assert (await root.get(f"{one}/content")).status_code == 404
    assert (await root.get(one)).status_code == 404


async def test_the_same_key_puts_one_file(root: Browser, files: str, name: str) -> None:
    """The same bytes once; other bytes under the same key are another request."""
    made = [await put(root, files, **{"Idempotency-Key": name}) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert len((await root.get(files)).json()["items"]) == 1
    other = await put(root, files, content=b"Other.", **{"Idempotency-Key": name})
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("query", "content", "field"),
    [
        ({"name": "a.txt"}, b"", "file"),
        ({}, b"x", "name"),
        ({"name": "x" * 20_000}, b"x", "name"),
        ({"name": "a.pdf"}, b"x", "name"),
        ({"name": "a.txt", "digest": "0" * 64}, b"x", "digest"),
        ({"name": "a.txt", "file_id": "x"}, b"x", "file_id"),
        ({"name": "a.txt", "entity": "sales.Product"}, b"x", "entity"),
    ],
)
async def test_what_does_not_fit_is_named(
    root: Browser, files: str, query: dict[str, str], content: bytes, field: str
) -> None:
    answer = await root.post(files, params=query, content=content)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["errors"]) == [field]
    assert (await root.get(files)).json()["items"] == []


async def test_who_has_no_token_of_the_session_puts_nothing(root: Browser, files: str) -> None:
    """Another site that makes a browser send a file is refused before the file is read."""
    refused = await root.http.post(files, params={"name": "a.txt"}, content=b"x")
    assert refused.status_code == 403


async def test_a_file_of_another_record_is_not_found_here(
    root: Browser, files: str, name: str
) -> None:
    made = (await put(root, files)).json()
    other = (await root.post(DEALS, json={"name": f"{name} other"})).json()
    for there in (
        f"{DEALS}/{other['id']}/files/{made['id']}",
        f"{files}/0190a000-0000-7000-8000-000000000000",
        f"{files}/nobody",
    ):
        assert (await root.get(there)).status_code == 404
        assert (await root.get(f"{there}/content")).status_code == 404
        assert (await root.get(f"{there}/versions")).status_code == 404
        assert (await root.get(f"{there}/openings")).status_code == 404
        assert (await root.patch(there, json={"name": "b.txt"})).status_code == 404
        assert (await root.post(f"{there}/versions", content=b"x")).status_code == 404
        assert (await root.delete(there)).status_code == 404


async def test_the_room_that_files_take_is_told_to_those_who_set_up(
    root: Browser, files: str
) -> None:
    before = (await root.get("/api/v1/file-space")).json()
    await put(root, files, content=LONG)
    after = (await root.get("/api/v1/file-space")).json()
    assert int(after["bytes"]) - int(before["bytes"]) == len(LONG)
    assert after["files"] - before["files"] == 1
    [deals] = [each for each in after["items"] if each["entity"] == "sales.Opportunity"]
    assert int(deals["bytes"]) >= len(LONG)
    page = await root.get("/file-space")
    assert (page.status_code, "Room for files" in page.text) == (200, True)


def _of(files: str) -> str:
    return f"/opportunities/{files.split('/')[-2]}"


async def test_files_stand_on_the_page_of_their_record(root: Browser, files: str) -> None:
    made = (await put(root, files, "<b>offer.txt", b"<script>alert(1)</script>")).json()
    page = (await root.get(_of(files))).text
    assert f'data-drop="{files}"' in page
    assert "&lt;b&gt;offer.txt" in page
    assert "&lt;b&gt;offer" in (await root.get(f"{_of(files)}/files")).text
    one = (await root.get(f"{_of(files)}/files/{made['id']}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in one
    assert "looked at it" in (await root.get(f"{_of(files)}/files/{made['id']}")).text


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.png", PNG, 'class="preview-picture" src="'),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "data-pdf="),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "&lt;svg xmlns"),
        ("a.dat", b"\0\1\2\3", "There is no preview"),
    ],
)
async def test_a_file_is_shown_as_far_as_it_can_be(
    root: Browser, files: str, name: str, content: bytes, shown: str
) -> None:
    """A drawing that may hold scripts is shown as its text."""
    made = (await put(root, files, name, content)).json()
    page = await root.get(f"{_of(files)}/files/{made['id']}")
    assert page.status_code == 200, page.text
    assert shown in page.text
    assert "<svg xmlns" not in page.text.replace('<svg class="icon" xmlns', "")


async def test_a_file_is_renamed_and_taken_away_by_forms(root: Browser, files: str) -> None:
    made = (await put(root, files)).json()
    address = f"{_of(files)}/files/{made['id']}"

    async def submit(what: str, **form: str) -> Any:
        return await root.http.post(f"{address}/{what}", data={"csrf_token": root.csrf, **form})

    wrong = await submit("rename", name="a.pdf", version="1")
    assert (wrong.status_code, "the content is plain text" in wrong.text) == (422, True)
    assert 'value="a.pdf"' in wrong.text
    assert (await submit("rename", name="b.txt", version="1")).status_code == 303
    assert (await submit("delete", version="1")).status_code == 409
    gone = await submit("delete", version="2")
    assert (gone.status_code, gone.headers["location"][-6:]) == (303, "#files")
    assert (await root.get(address)).status_code == 404


async def test_files_come_by_a_form_where_no_script_runs(root: Browser, files: str) -> None:
    form = {"csrf_token": root.csrf}
    several = [("file", (name, name.encode())) for name in ("one.txt", "two.txt")]
    kept = await root.http.post(f"{_of(files)}/files", data=form, files=several)
    assert (kept.status_code, kept.headers["location"][-6:]) == (303, "#files")
    listed = (await root.get(files)).json()["items"]
    assert [each["name"] for each in listed] == ["two.txt", "one.txt"]
    one = f"{_of(files)}/files/{listed[0]['id']}"
    again = {"file": ("other.txt", b"Another version.")}
    assert (await root.http.post(f"{one}/versions", data=form, files=again)).status_code == 303
    assert (await root.get(f"{files}/{listed[0]['id']}")).json()["number"] == 2
    wrong = {"file": ("a.pdf", b"No PDF.")}
    refused = await root.http.post(f"{_of(files)}/files", data=form, files=wrong)
    assert (refused.status_code, "the content is plain text" in refused.text) == (422, True)
    assert (await root.http.post(f"{_of(files)}/files", data=form)).status_code == 422
