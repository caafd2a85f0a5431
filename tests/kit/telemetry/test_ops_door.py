"""Operations can read metrics and health, whatever the event loop is doing."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from cli.components.ports import free_port
from kit.telemetry import metrics, runtime
from kit.telemetry.ops import OpsServer


@pytest.fixture
def missing() -> list[str]:
    return []


@pytest.fixture
def door(missing: list[str]) -> Iterator[str]:
    server = OpsServer(f"127.0.0.1:{free_port()}", ready=lambda: missing)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def _get(url: str, accept: str = "*/*") -> tuple[int, str, str]:
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - our own door
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - on loopback
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_a_scrape_finds_the_metrics(door: str) -> None:
    runtime.describe("1.2.3", "abc")
    status, kind, body = _get(f"{door}/metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert 'crm_build_info{commit="abc"' in body
    assert "process_resident_memory_bytes" in body


def test_a_scrape_for_openmetrics_finds_exemplars(door: str) -> None:
    metrics.JOB_DURATION.labels("sweep").observe(0.1, {"trace_id": "f" * 32})
    _, kind, body = _get(f"{door}/metrics", "application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert f'# {{trace_id="{"f" * 32}"}}' in body


def test_readiness_says_what_is_missing_and_liveness_does_not_care(
    door: str, missing: list[str]
) -> None:
    assert _get(f"{door}/readyz")[0] == 200
    missing.append("The database does not answer.")
    status, _, body = _get(f"{door}/readyz")
    assert (status, json.loads(body)["missing"]) == (503, missing)
    assert _get(f"{door}/livez")[0] == 200


def test_other_paths_are_not_found(door: str) -> None:
    assert _get(f"{door}/secrets")[0] == 404
