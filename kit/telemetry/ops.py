"""The door for operations: /metrics, /livez and /readyz on a thread of their own.

A thread answers even while the event loop is blocked, which is when operations need an answer most.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder

from kit.telemetry.logs import log

Check = Callable[[], Sequence[str]]
"""Says what is missing, in words; an empty answer means that all is well."""


def _nothing() -> Sequence[str]:
    return ()


class OpsServer:
    """A small HTTP server; what it asks must answer at once, from what is already known.

    `without` says what is away and done without: /readyz tells it, and is well all the same.
    """

    def __init__(
        self,
        listen: str,
        *,
        ready: Check = _nothing,
        live: Check = _nothing,
        without: Check = _nothing,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        host, _, port = listen.rpartition(":")
        self._server = _Door(
            (host or "0.0.0.0", int(port)),  # noqa: S104 - a probe comes from outside the container
            {"/readyz": (ready, without), "/livez": (live, _nothing)},
            registry,
        )
        self._thread = threading.Thread(target=self._serve, name="ops", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        self._server.serve_forever()


class _Door(ThreadingHTTPServer):
    """The listening socket with what its answers need."""

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        checks: Mapping[str, tuple[Check, Check]],
        registry: CollectorRegistry,
    ) -> None:
        self.checks = checks
        self.registry = registry
        super().__init__(address, _Answer)

    def handle_error(self, _: object, __: object) -> None:
        """A scraper that hung up is no news; the standard library would print a stack, not JSON."""
        log.debug("ops.broken_off", exc_info=True)


class _Answer(BaseHTTPRequestHandler):
    """One request from a probe or a scraper."""

    server: _Door
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            self._send(HTTPStatus.OK, encode(self.server.registry), kind)
        elif path in self.server.checks:
            self._check(*self.server.checks[path])
        else:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _check(self, check: Check, without: Check) -> None:
        missing, away = list(check()), list(without())
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        body = orjson.dumps({"ok": not missing, "missing": missing, "without": away})
        self._send(status, body, "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's word
        """Stay silent: probes and scrapes are not worth a line each."""
