"""A trace goes along with an event, from what caused it to its handler."""

from collections.abc import Callable

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit.database.engine import Database
from kit.events.consuming.consumers import Consumers
from kit.events.publishing.relay import Relay
from kit.telemetry import traces
from tests.kit.events.conftest import Running
from tests.kit.events.toys import Shelf, ToySold, announce

NewRelay = Callable[[], Relay]


async def test_a_trace_reaches_from_the_cause_to_the_handler(
    database: Database, consuming: Callable[[Shelf], Consumers], a_relay: NewRelay, running: Running
) -> None:
    kept = InMemorySpanExporter()
    traces.configure("toys", ratio=1.0, processor=SimpleSpanProcessor(kept))
    shelf = Shelf()
    consumers = consuming(shelf)
    try:
        with traces.span("a request", traces.SpanKind.SERVER):
            await announce(database, ToySold(id="bear"))
        async with running(a_relay().run()), running(consumers.run()):
            await shelf.handles(1)
            await consumers["shop_fill_the_shelf"].caught_up.wait()
    finally:
        traces.shut_down()
    spans = {each.name: each for each in kept.get_finished_spans()}
    request, sent, handled = (
        spans["a request"],
        spans["send crm.toys.toy.sold"],
        spans["process crm.toys.toy.sold"],
    )
    assert sent.parent is not None and sent.parent.span_id == request.context.span_id  # noqa: PT018 - the first half is for the types
    assert handled.parent is not None and handled.parent.span_id == sent.context.span_id  # noqa: PT018 - the first half is for the types
    assert handled.links[0].context.span_id == sent.context.span_id
    assert handled.context.trace_id == request.context.trace_id
