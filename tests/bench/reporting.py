"""The result, a table that a person reads and a file that the next run compares itself with."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.load import Measured

QUIET = 0.10


@dataclass
class Result:
    """One scenario: subject and floor by number of callers, and what else it found."""

    id: str
    title: str
    target: str
    subject: dict[int, list[Measured]] = field(default_factory=dict)
    floor: dict[int, list[Measured]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, callers: int, subject: Measured, floor: Measured | None) -> None:
        self.subject.setdefault(callers, []).append(subject)
        if floor is not None:
            self.floor.setdefault(callers, []).append(floor)

    def lines(self) -> list[tuple[str, ...]]:
        return [_line(self, callers) for callers in sorted(self.subject)]

    def plain(self) -> dict[str, Any]:
        figures = {f"c={callers}": _figures(runs) for callers, runs in self.subject.items()}
        floors = {f"c={callers}": _figures(runs) for callers, runs in self.floor.items()}
        return {
            "title": self.title,
            "target": self.target,
            "subject": figures,
            "floor": floors,
        } | self.facts


def _typical(runs: list[Measured], figure: Any) -> float:
    """The median of the quieter half: neighbours only ever add."""
    quiet = sorted(runs, key=lambda run: run.spent.foreign)[: max(1, (len(runs) + 1) // 2)]
    return float(median(figure(run) for run in quiet))


def _figures(runs: list[Measured]) -> dict[str, float]:
    groups = runs[0].spent.groups
    return {
        "per_second": round(_typical(runs, lambda run: run.per_second), 1),
        "p50_ms": round(_typical(runs, lambda run: run.percentile(0.5)), 2),
        "p99_ms": round(_typical(runs, lambda run: run.percentile(0.99)), 2),
        "cpu_us": round(_typical(runs, lambda run: run.micros)),
        "foreign": round(_typical(runs, lambda run: run.spent.foreign), 3),
        "spin": round(_typical(runs, lambda run: run.spin), 1),
    } | {
        f"cpu_us_{name}": round(_typical(runs, lambda run, name=name: run.share(name)))
        for name in groups
    }


def _line(result: Result, callers: int) -> tuple[str, ...]:
    figures = _figures(result.subject[callers])
    floor = _figures(result.floor[callers]) if callers in result.floor else None
    ratio = f"{figures['cpu_us'] / floor['cpu_us']:.2f}" if floor and floor["cpu_us"] else ""
    return (
        result.id,
        str(callers),
        f"{figures['per_second']:,.0f}",
        f"{figures['p50_ms']:.2f} / {figures['p99_ms']:.1f}",
        f"{figures['cpu_us']:,.0f}",
        f"{floor['cpu_us']:,.0f}" if floor else "",
        ratio,
        f"{figures['foreign']:.0%}" + ("" if figures["foreign"] <= QUIET else " !"),
        f"{figures['spin']:.0f}",
    )


def show(results: list[Result], console: Console) -> None:
    """Prints the table; a `!` marks a line that the neighbours disturbed."""
    table = Table(box=None, header_style="dim")
    headings = ("", "c", "per s", "p50 / p99 ms", "CPU µs", "floor µs", "ratio", "foreign", "spin")
    for heading in headings:
        table.add_column(heading, justify="left" if not heading else "right")
    for result in results:
        for line in result.lines():
            table.add_row(*line)
    console.print(table)
    for result in results:
        said = ", ".join(f"{name} {value}" for name, value in result.facts.items())
        console.print(
            f"{result.id} {result.title}: target {result.target}{f'; {said}' if said else ''}"
        )


def write(results: list[Result], file: Path) -> None:
    """Keeps the figures for a later comparison."""
    plain = {result.id: result.plain() for result in results}
    file.write_bytes(msgspec.json.format(msgspec.json.encode(plain), indent=2))
