"""What the machine spent: CPU by group of processes, the neighbours' share, and a core's temper."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

SPIN_SECONDS = 0.05


@dataclass(frozen=True)
class Spent:
    """CPU seconds of each group and of the whole machine, with the wall clock."""

    groups: Mapping[str, float]
    machine: float
    wall: float

    def since(self, before: "Spent") -> "Spent":
        groups = {name: used - before.groups.get(name, 0.0) for name, used in self.groups.items()}
        return Spent(groups, self.machine - before.machine, self.wall - before.wall)

    @property
    def foreign(self) -> float:
        """The share of the machine that other work took, 0 to 1."""
        cores = psutil.cpu_count() or 1
        others = self.machine - sum(self.groups.values())
        return max(0.0, others / (self.wall * cores)) if self.wall else 0.0


def spent(groups: Mapping[str, Iterable[int]]) -> Spent:
    """What has been spent so far by the process trees of each group."""
    times = psutil.cpu_times()
    machine = times.user + times.system + times.nice + times.irq + times.softirq
    used = {name: sum(map(_tree, pids)) for name, pids in groups.items()}
    return Spent(used, machine, time.perf_counter())


def _tree(pid: int) -> float:
    process = psutil.Process(pid)
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            used = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def spin() -> float:
    """Thousands of rounds of a fixed loop in a second: a squeezed core shows at once."""
    rounds, until = 0, time.perf_counter() + SPIN_SECONDS
    while time.perf_counter() < until:
        sum(range(500))
        rounds += 1
    return rounds / SPIN_SECONDS / 1_000


def proportional_memory(pids: Iterable[int]) -> int:
    """Proportional set size of process trees, in bytes: shared pages count once."""
    trees = (psutil.Process(pid) for pid in pids)
    processes = {each for tree in trees for each in (tree, *tree.children(recursive=True))}
    return sum(each.memory_full_info().pss for each in processes)
