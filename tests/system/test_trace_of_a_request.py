"""One request can be followed: by its trace, by its log lines, and in the figures of every process."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.api import Api
from cli.environment import ROOT
from cli.local.processes import PROCESSES
from cli.local.state import read_state
from tests.system.collecting import Collector, Span, eventually
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("operations")]

_WIN = "crm.sales.v1.Opportunities/Win"
_UPDATED = "crm.sales.opportunity.updated"
_LISTS = ("people", "accounts", "opportunities", "campaigns", "tickets", "activities", "rooms")
_FROM_THE_CLIENT = ("process_", "python_")


@pytest.fixture(scope="module")
def api(traced: System) -> Iterator[Api]:
    # Whoever tested before may have stopped it; one that runs is left alone.
    traced.start()
    with traced.administrator() as api:
        yield api


@pytest.fixture(scope="module")
def before(traced: System, api: Api) -> dict[str, float]:
    """The figures before the deal is won."""
    return _figures(traced)


@pytest.fixture(scope="module")
def won(api: Api, before: dict[str, float]) -> str:
    """A deal of a campaign, won."""
    for path in _LISTS:
        api.get(path)
    campaign = api.post("campaigns", {"name": "Followed"})["id"]
    deal = api.post("opportunities", {"name": "Followed", "campaign_id": campaign})["id"]
    api.post(f"opportunities/{deal}:win", {"amount": "12"})
    eventually(lambda: api.get(f"campaigns/{campaign}")["won_count"] == 1, "the result")
    return str(deal)


@pytest.fixture(scope="module")
def served(collector: Collector, won: str) -> Span:
    """The part of sales in winning the deal."""
    return collector.one(lambda each: (each.service, each.name) == ("sales", _WIN))


def test_one_trace_leads_from_the_browser_to_the_consumers_database(
    collector: Collector, served: Span
) -> None:
    asked = collector.one(lambda each: each.id == served.parent)
    assert (asked.service, asked.kind, asked.name) == ("gateway", "CLIENT", _WIN)
    door = collector.one(lambda each: each.id == asked.parent)
    assert (door.service, door.kind, door.parent) == ("gateway", "SERVER", b"")
    # Rows, history and outbox are one statement, which is counted by the first table that it names.
    done = collector.children(served, "UPDATE opportunity", f"send {_UPDATED}")
    assert {each.service for each in done} == {"sales"}
    [sent] = [each for each in done if each.name == f"send {_UPDATED}"]
    assert (served.kind, sent.kind) == ("SERVER", "PRODUCER")
    heard = collector.one(lambda each: each.parent == sent.id)
    assert (heard.service, heard.kind) == ("campaigns", "CONSUMER")
    assert heard.name == f"process {_UPDATED}"
    effects = collector.children(heard, "INSERT inbox", "UPDATE campaign", "COMMIT")
    # What it changes is told in turn, which is why a producer stands among them.
    assert {each.service for each in effects} == {"campaigns"}
    assert {each.kind for each in effects} == {"CLIENT", "PRODUCER"}
    assert {each.trace for each in (door, asked, *done, heard, *effects)} == {served.trace}


def test_each_process_writes_one_line_with_trace_and_actor(
    traced: System, api: Api, served: Span
) -> None:
    me, trace = api.get("me")["id"], served.trace.hex()
    written = {process.name: _lines(traced, process.name) for process in PROCESSES}
    requests = [each for each in written["gateway"] if each["event"] == "http.served"]
    [door] = [each for each in requests if each["trace_id"] == trace]
    assert door["actor"] == me
    [call] = [each for each in written["sales"] if each.get("method") == _WIN]
    assert (call["event"], call["actor"], call["trace_id"]) == ("rpc.served", me, trace)
    events = [each for each in written["campaigns"] if each["event"] == "event.handled"]
    [event] = [each for each in events if each["trace_id"] == trace]
    assert event["actor"] == "campaigns_follow_opportunity_updated"
    asked = {each["trace_id"] for each in requests}
    for service in (process.name for process in PROCESSES if process.has_database):
        lines = [each for each in written[service] if each["event"] == "rpc.served"]
        assert any(each["actor"] == me and each["trace_id"] in asked for each in lines), service


def test_every_figure_is_in_the_contract(traced: System, won: str) -> None:
    contract = (ROOT / "docs" / "metrics.md").read_text()
    for process in PROCESSES:
        for family in text_string_to_metric_families(_scraped(traced, process.name)):
            if not family.name.startswith(_FROM_THE_CLIENT):
                name = family.name + ("_total" if family.type == "counter" else "")
                assert f"| `{name}` | {family.type} |" in contract, process.name


def test_the_figures_move_with_the_work(traced: System, before: dict[str, float], won: str) -> None:
    """From the door through the database and the outbox to the consumer, each counts its part."""
    moved = {
        "gateway http_server_request_duration_seconds_count",
        "gateway rpc_client_call_duration_seconds_count",
        "sales rpc_server_call_duration_seconds_count",
        "sales db_client_operation_duration_seconds_count",
        "sales db_client_connection_wait_time_seconds_count",
        "sales crm_outbox_published_total",
        "campaigns crm_events_processed_total",
        "campaigns crm_event_lag_seconds_count",
    }
    after = _figures(traced)
    assert {name for name in moved if after[name] > before.get(name, 0)} == moved
    for service in (process.name for process in PROCESSES if process.has_database):
        most = after[f"{service} db_client_connection_max"]
        assert 0 < after[f"{service} db_client_connection_count"] <= most
        assert after[f"{service} crm_schema_revision_info"] == 1


def _figures(system: System) -> dict[str, float]:
    """Every figure of every process, summed over its labels."""
    found: dict[str, float] = {}
    for process in PROCESSES:
        for family in text_string_to_metric_families(_scraped(system, process.name)):
            for sample in family.samples:
                name = f"{process.name} {sample.name}"
                found[name] = found.get(name, 0) + sample.value
    return found


def _scraped(system: System, process: str) -> str:
    port = read_state(system.home.state).processes[process].ops_port
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return str(answer.read().decode())


def _lines(system: System, process: str) -> list[dict[str, Any]]:
    """What a process wrote: every line is JSON, or this fails."""
    return [json.loads(line) for line in system.home.log(process).read_text().splitlines()]
