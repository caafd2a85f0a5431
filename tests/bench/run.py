"""`python -m tests.bench.run [L1 W1 … | paths]`: the system, its company, and the scenarios in turn."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop
from rich.console import Console

from cli.components.ports import free_port
from tests.bench import paths
from tests.bench.company import founded
from tests.bench.reporting import Result, show, write
from tests.bench.scenarios import bulk, events, reading, searching, writing
from tests.bench.stage import Stage, opened
from tests.bench.system import System, running

Scenario = Callable[[Stage], Awaitable[Result]]

# Reading comes before what adds rows; what the system weighs at rest comes first.
SCENARIOS: Mapping[str, Scenario] = {
    "X3": events.x3,
    "L1": reading.l1,
    "R1": reading.r1,
    "S1": reading.s1,
    "W1": writing.w1,
    "W2": writing.w2,
    "W3": bulk.w3,
    "E2": events.e2,
    "B2": writing.b2,
    "XC06": searching.xc06,
}
_LINES = 16


async def measured(system: System, wanted: list[str], console: Console) -> list[Result]:
    """The results of the scenarios named, or of all."""
    company = await founded(system)
    console.print(f"{len(company.people)} people and their leads are in.")
    async with _floor(system) as (address, pid):
        lines = await opened(system.address, _LINES)
        stage = Stage(system, company, address, pid, lines, await opened(address, _LINES))
        results = []
        for name, scenario in SCENARIOS.items():
            if not wanted or name in wanted:
                results.append(await scenario(stage))
                show(results[-1:], console)
        return results


@asynccontextmanager
async def _floor(system: System) -> AsyncIterator[tuple[str, int]]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floor", str(port), system.database("parties")]
    process = subprocess.Popen(command)
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def main(wanted: list[str], file: Path | None = None) -> None:
    """Runs the suite on a system of its own and prints what it found; `paths` is counted by itself."""
    if wanted == ["paths"]:
        paths.main()
        return
    console = Console()
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        with running(Path(folder), free_port()) as system:
            results = uvloop.run(measured(system, [name.upper() for name in wanted], console))
        show(results, console)
        if file is not None:
            write(results, file)


if __name__ == "__main__":
    main(sys.argv[1:])
