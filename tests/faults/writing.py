"""Somebody who goes on working while things break: repeats each call under its key until it is answered."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import asyncpg
import httpx

from cli.api import Api
from cli.failure import CommandFailed
from kit.ids import uuid7
from tests.faults.ledger import Ledger
from tests.faults.stores import Insides

_PATIENCE = 60.0
_AMOUNT = Decimal(7)
_WAITING = "SELECT count(*) FROM import_line WHERE job_id = $1 AND state = 'waiting'"


def answered(call: Callable[[], Any]) -> Any:
    """The answer to a call, asked for again while there is none."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return call()
        except (CommandFailed, httpx.TransportError) as failure:
            if time.monotonic() > deadline:
                raise TimeoutError(f"No answer yet: {failure}") from failure
            time.sleep(0.1)


class Writer:
    """Makes contacts, and deals that are won, one after the other."""

    def __init__(self, api: Api, ledger: Ledger) -> None:
        self._api = api
        self._ledger = ledger
        self._stop = threading.Event()
        self._failure: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stop.is_set():
                self._round()
        except Exception as failure:  # noqa: BLE001 - told by the test's thread
            self._failure = failure

    def _round(self) -> None:
        name = f"W-{uuid7()}"
        self._post("contacts", {"last_name": name})
        self._ledger.contacts.add(name)
        wanted = {"code": name, "name": name, "campaign_id": self._ledger.campaign}
        deal = self._post("opportunities", {**wanted, "currency": "EUR"})
        self._post(f"opportunities/{deal['id']}:win", {"amount": str(_AMOUNT)})
        self._ledger.written[name] = _AMOUNT

    def _post(self, path: str, values: dict[str, str]) -> Any:
        key = {"Idempotency-Key": str(uuid7())}
        return answered(lambda: self._api.post(path, values, headers=key))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run, name="writer")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(_PATIENCE)
        if self._failure:
            raise self._failure


class Bringing:
    """An import under way, watched in its own database, since the gateway may be the one that died."""

    def __init__(self, api: Api, insides: Insides, ledger: Ledger, prefix: str, rows: int) -> None:
        parts = {"file": ("deals.csv", ledger.file(prefix, rows), "text/csv")}
        self._api = api
        self._insides = insides
        self._rows = rows
        self._id = api.post("imports", data={"plan": ledger.plan()}, files=parts)["id"]

    def left(self) -> float:
        """The part of the lines that waits still; all of them while nobody can tell."""
        try:
            waiting = self._insides.figure("sales", _WAITING, self._id.partition(".")[2])
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return 1.0
        return waiting / self._rows

    def ended(self) -> bool:
        return bool(answered(lambda: self._api.get(f"imports/{self._id}"))["ended_at"])

    def check(self) -> None:
        told = answered(lambda: self._api.get(f"imports/{self._id}"))
        assert (told["created"], told["rejected"]) == (self._rows, 0), self._why()

    def _why(self) -> Any:
        """What is said of the first lines that were not taken."""
        return self._api.get(f"imports/{self._id}/lines", state="rejected", page_size=3)
