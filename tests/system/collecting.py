"""A collector of traces: takes spans over OTLP/HTTP, as the one of an operator would."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Told

_PATIENCE = 30.0
_HTTP_OK = 200


@dataclass(frozen=True)
class Span:
    """One piece of work of one process."""

    service: str
    name: str
    kind: str
    id: bytes
    parent: bytes
    trace: bytes


class Collector:
    """Listens on loopback and keeps every span that it is sent."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def one(self, chosen: Callable[[Span], bool]) -> Span:
        """The one such span, waited for; spans come seconds after the work."""
        with self._news:
            came = self._news.wait_for(lambda: any(map(chosen, self._spans)), _PATIENCE)
            assert came, sorted({(each.service, each.kind, each.name) for each in self._spans})
            [found] = filter(chosen, self._spans)
        return found

    def children(self, parent: Span, *names: str) -> Sequence[Span]:
        """What a process did itself below one span, waited for until the names are there."""

        def below() -> list[Span]:
            return [each for each in self._spans if each.parent == parent.id]

        with self._news:
            came = self._news.wait_for(
                lambda: {*names} <= {each.name for each in below()}, _PATIENCE
            )
            assert came, [each.name for each in below()]
            return below()

    def _keep(self, body: bytes) -> None:
        told = ExportTraceServiceRequest.FromString(body)
        with self._news:
            for resource in told.resource_spans:
                names = {each.key: each.value.string_value for each in resource.resource.attributes}
                for scope in resource.scope_spans:
                    self._spans += [_span(names["service.name"], each) for each in scope.spans]
            self._news.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Receiver(BaseHTTPRequestHandler):
            """One delivery of spans."""

            def do_POST(self) -> None:
                keep(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(_HTTP_OK)
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - http.server's word
                """Stay silent."""

        return Receiver


def _span(service: str, told: Told) -> Span:
    kind = Told.SpanKind.Name(told.kind).removeprefix("SPAN_KIND_")
    return Span(service, told.name, kind, told.span_id, told.parent_span_id, told.trace_id)


def eventually(condition: Callable[[], bool], what: str, seconds: float = _PATIENCE) -> None:
    """Waits for something that a process does in its own time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
