"""docs/metrics.md says what the code measures, word for word."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from prometheus_client.metrics import MetricWrapperBase

from kit.telemetry import metrics

ROOT = Path(__file__).parents[3]
Row = tuple[str, str, tuple[str, ...]]


def _documented(heading: str) -> dict[str, list[str]]:
    text = (ROOT / "docs/metrics.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if "| `" in line]
    return {cells[0].strip("`"): cells for cells in rows}


def _declared(module: ModuleType) -> Iterator[MetricWrapperBase]:
    return (each for each in vars(module).values() if isinstance(each, MetricWrapperBase))


def _name(metric: MetricWrapperBase) -> str:
    return str(metric._name) + ("_total" if metric._type == "counter" else "")


def _labels(metric: MetricWrapperBase) -> str:
    return ", ".join(f"`{label}`" for label in metric._labelnames) or "–"  # noqa: RUF001 - the dash that stands for none


def test_every_metric_of_the_chassis_is_documented_as_it_is() -> None:
    declared = {
        _name(each): [f"`{_name(each)}`", each._type, _labels(each), each._documentation]
        for each in _declared(metrics)
    }
    assert _documented("Every process") == declared


def test_every_metric_of_the_chassis_is_measured_somewhere() -> None:
    rooms = (ROOT / "kit", ROOT / "services", ROOT / "gateway")
    sources = [
        path for room in rooms for path in room.rglob("*.py") if "node_modules" not in path.parts
    ]
    written = "".join(path.read_text() for path in sources)
    names = {name for name, each in vars(metrics).items() if isinstance(each, MetricWrapperBase)}
    assert {name for name in names if f"metrics.{name}" not in written} == set()


def test_every_metric_of_a_service_is_in_the_contract() -> None:
    contract = _documented("Business and edge")
    for path in sorted(ROOT.glob("services/*/metrics.py")) + sorted(
        ROOT.glob("gateway/metrics.py")
    ):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for metric in _declared(importlib.import_module(module)):
            documented = contract[_name(metric)]
            assert documented[1:3] == [metric._type, _labels(metric)]


def test_the_objective_for_events_has_its_bucket() -> None:
    assert {30, 60} <= set(metrics.LAG_BUCKETS)
