"""One person signed in at the public API, who lists, posts and imports for the demonstration company."""

import csv
import io
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cli.api import Api
from cli.demo.content.rows import Row, text
from cli.demo.retrying import RetryingTransport
from cli.failure import CommandFailed

_LOOK = 0.1
_PAGE = 200


class Session(Api):
    """A person who has signed in; several threads may ask at once."""

    def __init__(self, address: str, email: str, password: str, stopping: threading.Event) -> None:
        self._address = address
        self._stopping = stopping
        self._transport = RetryingTransport(stopping)
        super().__init__(address, email, password, self._transport)

    def another(self, email: str, password: str) -> "Session":
        """Somebody else at the same address."""
        return Session(self._address, email, password, self._stopping)

    def add(self, path: str, values: Row, key: str = "") -> Any:
        """A POST that is answered alike when it comes again under its key."""
        sent = {name: value for name, value in values.items() if value is not None}
        return self.post(path, sent, headers={"Idempotency-Key": key} if key else {})

    def put(self, path: str, name: str, content: bytes, key: str) -> Any:
        """A file, which is there once however often it comes under its key."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        return self.post(path, params={"name": name}, content=content, headers=headers)

    def all(self, plural: str, fields: str, **query: str) -> Iterator[Any]:
        """Every record of an entity, page by page."""
        token = ""
        while True:
            page = self.get(plural, page_size=_PAGE, page_token=token, fields=fields, **query)
            yield from page["items"]
            token = page["page"]["next_page_token"]
            if not token:
                return

    def take_in(self, entity: str, rows: Sequence[Row], match: str = "") -> None:
        """Imports rows and waits for the end; a line that is not taken in stops the filling."""
        paths = list(dict.fromkeys(path for row in rows for path in row))
        plan = {"entity": entity, "columns": dict(zip(paths, paths, strict=True)), "match": match}
        parts = {
            "plan": (None, msgspec.json.encode(plan), "application/json"),
            "file": ("demonstration.csv", _file(paths, rows), "text/csv"),
        }
        self._await_end(self.post("imports", files=parts)["id"])

    def _await_end(self, name: str) -> None:
        while (job := self.get(f"imports/{name}"))["state"] not in ("done", "failed"):
            self._transport.wait(_LOOK)
        if job["state"] == "failed":
            raise CommandFailed(f"The import of {job['entity']} failed: {job['error']}")
        if job.get("rejected"):
            lines = self.get(f"imports/{name}/lines", state="rejected", page_size=1)
            raise CommandFailed(f"{job['rejected']} lines were rejected, first {lines['items'][0]}")


def _file(paths: Sequence[str], rows: Sequence[Row]) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(paths)
    lines.writerows([text(row.get(path)) for path in paths] for row in rows)
    return written.getvalue().encode()
