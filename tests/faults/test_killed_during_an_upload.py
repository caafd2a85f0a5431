"""XC-04: a process is killed while files come in; no file lacks its bytes, and no bytes are forgotten."""

import hashlib
import threading
from collections.abc import Iterator

import httpx
import pytest

from cli.api import Api
from kit.ids import uuid7
from tests.faults.breaking import Breaking, until
from tests.faults.stores import Insides

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("faults")]

PIECE = b"0123456789abcdef" * 65_536
_NAMED = "select content_id::text as id from file_version union select id::text from loose_content"
_WHOLE = (
    "select f.id::text as id, f.record_id::text as record_id, v.digest from file f"
    " join file_version v on v.file_id = f.id and v.number = f.number"
)


class Sender:
    """Puts small files on a deal, one after the other, until a large one has broken off."""

    def __init__(self, breaking: Breaking, api: Api, deal: str) -> None:
        address = breaking.state.address
        self.http = httpx.Client(base_url=address, headers=api.credentials(), timeout=60)
        self.path = f"/api/v1/opportunities/{deal}/files"
        self.acknowledged: dict[str, bytes] = {}
        self.under_way, self.killed = threading.Event(), threading.Event()

    def small_ones(self) -> None:
        while not self.killed.is_set():
            content = f"{uuid7()}".encode()
            try:
                made = self.http.post(self.path, params={"name": "small.txt"}, content=content)
            except httpx.TransportError:
                continue
            if made.status_code == 201:
                self.acknowledged[made.json()["id"]] = content

    def large_one(self) -> int:
        """Sends what never ends by itself; answers what became of it."""
        sent = self.http.post(self.path, params={"name": "large.txt"}, content=self._endless())
        return sent.status_code

    def _endless(self) -> Iterator[bytes]:
        for number in range(60):
            yield PIECE
            if number == 20:
                self.under_way.set()
                self.killed.wait(60)


def test_a_service_killed_while_files_come_in(
    breaking: Breaking, api: Api, insides: Insides
) -> None:
    deal = api.post("opportunities", {"name": f"Files {uuid7()}"})["id"]
    sender = Sender(breaking, api, deal)
    with sender.http:
        answered = _killed_while_sending(sender, breaking)
        assert answered >= 400, "What broke off was answered as if it were whole."
        _check_files(sender, insides)
    _check_store(breaking, insides)


def _killed_while_sending(sender: Sender, breaking: Breaking) -> int:
    """What the large file was answered; sales is back then."""
    answers: list[int] = []
    threads = [
        threading.Thread(target=sender.small_ones),
        threading.Thread(target=lambda: answers.append(sender.large_one())),
    ]
    for thread in threads:
        thread.start()
    assert sender.under_way.wait(60)
    until(lambda: len(sender.acknowledged) > 5, "some small files")
    is_back = breaking.kill("sales")
    sender.killed.set()
    for thread in threads:
        thread.join(90)
    until(is_back, "sales back")
    until(lambda: sender.http.get(sender.path).is_success, "sales called again")
    return answers[0]


def _check_files(sender: Sender, insides: Insides) -> None:
    """Every file that there is has all its bytes, and every one that was acknowledged is there."""
    found = {row["id"]: row["digest"] for row in insides.rows("sales", _WHOLE)}
    assert set(sender.acknowledged) <= set(found)
    listed = sender.http.get(sender.path, params={"page_size": "100"}).json()["items"]
    assert "large.txt" not in {each["name"] for each in listed}
    for each in listed:
        given = sender.http.get(f"{sender.path}/{each['id']}/content")
        assert hashlib.sha256(given.content).hexdigest() == found[each["id"]]


def _check_store(breaking: Breaking, insides: Insides) -> None:
    """Whatever lies in the store is a file's, or is known to be nobody's and will be erased."""
    lying = {each.name for each in (breaking.system.home.files / "sales").glob("*/*")}
    named = {row["id"] for row in insides.rows("sales", _NAMED)}
    assert lying, "Nothing lies in the store."
    assert lying - named == set()
