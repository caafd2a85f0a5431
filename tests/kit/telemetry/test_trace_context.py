"""Trace context crosses processes; unsampled work makes no spans, yet has ids for the logs."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit.telemetry import traces
from kit.telemetry.traces import SpanKind, extract, extract_pairs, inject, span


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.configure("sales", ratio=1.0, processor=SimpleSpanProcessor(exporter))
    yield exporter
    traces.shut_down()


def test_a_span_continues_the_trace_that_headers_carry(kept: InMemorySpanExporter) -> None:
    headers: dict[str, str] = {}
    with span("GET /deals", SpanKind.CLIENT):
        inject(headers)
    with span("crm.sales.v1/Get", SpanKind.SERVER, parent=extract(headers), rpc__system="grpc"):
        pass
    client, server = kept.get_finished_spans()
    assert server.parent is not None
    assert server.parent.span_id == client.context.span_id
    assert server.attributes == {"rpc.system": "grpc"}


def test_grpc_metadata_carries_a_trace_beside_binary_entries(kept: InMemorySpanExporter) -> None:
    headers: dict[str, str] = {}
    with span("call") as call:
        inject(headers)
    pairs: list[tuple[str, str | bytes]] = [*headers.items(), ("rapport-problem-bin", b"\x00")]
    with span("served", parent=extract_pairs(pairs)) as served:
        assert served.get_span_context().trace_id == call.get_span_context().trace_id


def test_a_failure_marks_its_span_and_passes_on(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="no stage"), span("work"):
        raise ValueError("no stage")
    (failed,) = kept.get_finished_spans()
    assert failed.status.description == "ValueError"
    assert failed.events[0].name == "exception"


def test_what_the_caller_did_not_sample_is_not_sampled_here(kept: InMemorySpanExporter) -> None:
    unsampled = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-00"}
    onward: dict[str, str] = {}
    with span("served", SpanKind.SERVER, parent=extract(unsampled)):
        assert traces.current_ids()[0] == "a" * 32
        assert traces.exemplar() is None
        inject(onward)
    assert kept.get_finished_spans() == ()
    assert onward == unsampled


def test_without_an_exporter_a_trace_still_has_an_id() -> None:
    assert traces.current_ids() == ("", "")
    with span("outer"):
        trace_id, _ = traces.current_ids()
        with span("inner"):
            assert traces.current_ids()[0] == trace_id
    assert len(trace_id) == 32
    assert traces.current_ids() == ("", "")


def test_a_ratio_of_nought_samples_nothing() -> None:
    exporter = InMemorySpanExporter()
    traces.configure("sales", ratio=0.0, processor=SimpleSpanProcessor(exporter))
    with span("work"):
        pass
    traces.shut_down()
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize("header", ["", "nonsense", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_a_broken_header_begins_a_new_trace(header: str) -> None:
    with span("served", parent=extract({"traceparent": header})):
        trace_id, _ = traces.current_ids()
    assert int(trace_id, 16) > 0
