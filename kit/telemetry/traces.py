"""Traces: W3C context through HTTP, gRPC and NATS, and spans that cost next to nothing unsampled.

The decision to sample falls once, where a trace begins; an unsampled trace still has an id, so that
its log lines can be found, but makes no spans of its own further down.
"""

import random
import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from contextvars import Token
from types import TracebackType

from opentelemetry import context as ambient
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = ["Context", "Span", "SpanKind", "configure", "current_ids", "exemplar", "extract"]
__all__ += ["extract_pairs", "inject", "recorded", "shut_down", "span"]

_FLUSH_MILLIS = 5_000
_W3C = TraceContextTextMapPropagator()
_NAMES = frozenset({"traceparent", "tracestate"})

Attribute = str | int | float | bool


class _Tracing:
    """What this process does with spans; there is one, as there is one standard output."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.provider: TracerProvider | None = None
        self.ratio = 0.0

    def samples(self) -> bool:
        return self.tracer is not None and random.random() < self.ratio  # noqa: S311 - not a secret


_tracing = _Tracing()


def configure(
    service: str,
    ratio: float = 0.1,
    endpoint: str = "",
    version: str = "",
    processor: SpanProcessor | None = None,
) -> None:
    """Export sampled spans over OTLP/HTTP; without an endpoint or processor, none."""
    shut_down()
    processor = processor or (_exporting(endpoint) if endpoint else None)
    if processor is None:
        return
    names = {"service.name": service, "service.version": version}
    # The ratio is applied by `span` at the root, before the SDK is asked and costs anything.
    provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=Resource.create(names))
    provider.add_span_processor(processor)
    _tracing.provider, _tracing.ratio = provider, ratio
    _tracing.tracer = provider.get_tracer("rapport")


def shut_down() -> None:
    """Send what is left, for five seconds at most, and stops."""
    provider, _tracing.provider, _tracing.tracer = _tracing.provider, None, None
    if provider is not None:
        provider.force_flush(_FLUSH_MILLIS)
        provider.shutdown()


def _exporting(endpoint: str) -> SpanProcessor:
    # Imported only here: most processes of a development machine export nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_FLUSH_MILLIS // 1000)
    return BatchSpanProcessor(exporter, max_queue_size=2048, schedule_delay_millis=2_000)


class span:  # noqa: N801 - it reads as a verb: `with span("process crm.sales.…", SpanKind.CONSUMER)`
    """A piece of work with a name; attributes (`a__b` is `a.b`) and links count when sampled."""

    __slots__ = ("_attributes", "_kind", "_links", "_name", "_own", "_parent", "_token")

    def __init__(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        /,
        parent: Context | None = None,
        links: Sequence[Context] = (),
        **attributes: Attribute,
    ) -> None:
        self._name = name
        self._kind = kind
        self._parent = parent
        self._links = links
        self._attributes = attributes

    def __enter__(self) -> Span:
        self._own: Span | None = None
        self._token: Token[Context] | None = None
        above = trace.get_current_span(self._parent)
        span = self._begin(above)
        # Below an unsampled trace nothing begins, so what is ambient may stay.
        if span is not above or self._parent is not None:
            around = self._parent if self._parent is not None else ambient.get_current()
            self._token = ambient.attach(trace.set_span_in_context(span, around))
        return span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        if self._token is not None:
            ambient.detach(self._token)
        if self._own is None:
            return
        if isinstance(error, Exception):
            self._own.record_exception(error)
            self._own.set_status(Status(StatusCode.ERROR, type(error).__qualname__))
        self._own.end()

    def _begin(self, above: Span) -> Span:
        context = above.get_span_context()
        if not context.is_valid:
            return self._start() if _tracing.samples() else _unsampled()
        if _tracing.tracer is None or not context.trace_flags.sampled:
            return above
        return self._start()

    def _start(self) -> Span:
        tracer = _tracing.tracer
        if tracer is None:
            return _unsampled()
        links = [Link(trace.get_current_span(link).get_span_context()) for link in self._links]
        attributes = {name.replace("__", "."): value for name, value in self._attributes.items()}
        self._own = tracer.start_span(self._name, self._parent, self._kind, attributes, links)
        return self._own


def recorded(name: str, kind: SpanKind, seconds: float, **attributes: Attribute) -> None:
    """Tell of a piece of work that has just ended, if the present trace is sampled."""
    tracer = _tracing.tracer
    if tracer is None or not trace.get_current_span().get_span_context().trace_flags.sampled:
        return
    ended = time.time_ns()
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    begun = ended - int(seconds * 1e9)
    tracer.start_span(name, None, kind, named, start_time=begun).end(ended)


def _unsampled() -> Span:
    """Begin a trace that nobody exports: its id joins the log lines of every process it passes."""
    trace_id, span_id = random.getrandbits(128) or 1, random.getrandbits(64) or 1
    return NonRecordingSpan(SpanContext(trace_id, span_id, False, TraceFlags(TraceFlags.DEFAULT)))


def inject(headers: MutableMapping[str, str]) -> None:
    """Write the present trace into headers: HTTP, NATS, or gRPC metadata to be."""
    here = trace.get_current_span().get_span_context()
    if here is INVALID_SPAN_CONTEXT or not here.is_valid:
        return
    flags = here.trace_flags
    headers["traceparent"] = f"00-{here.trace_id:032x}-{here.span_id:016x}-{flags:02x}"
    if here.trace_state:
        headers["tracestate"] = here.trace_state.to_header()


def extract(headers: Mapping[str, str]) -> Context:
    """Read the trace that headers carry, or an empty context."""
    if "traceparent" not in headers:
        return Context()
    return _W3C.extract(headers, Context())


def extract_pairs(metadata: Iterable[tuple[str, str | bytes]]) -> Context:
    """Read the trace that gRPC metadata carries, or an empty context."""
    return extract({k: v for k, v in metadata if k in _NAMES and isinstance(v, str)})


def current_ids() -> tuple[str, str]:
    """Give trace and span id in hexadecimal for a log line; empty outside of a trace."""
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return "", ""
    return f"{here.trace_id:032x}", f"{here.span_id:016x}"


def exemplar() -> dict[str, str] | None:
    """Give the labels that lead from a histogram to a sampled trace."""
    here = trace.get_current_span().get_span_context()
    return {"trace_id": f"{here.trace_id:032x}"} if here.trace_flags.sampled else None
