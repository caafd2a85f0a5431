"""How a check is declared: its number in the review list, where it holds, what breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tests.k8s.rendering import OVERLAYS, Rendering

Complaints: TypeAlias = Iterator[str]
Rule: TypeAlias = Callable[[Rendering], Complaints]
Break: TypeAlias = Callable[[Rendering], object]


@dataclass(frozen=True)
class Check:
    """One rule with its negative controls."""

    number: int
    rule: Rule
    breaks: tuple[Break, ...]
    overlays: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.number:02}-{self.rule.__name__}"


CHECKS: list[Check] = []


def check(
    number: int, *breaks: Break, overlays: tuple[str, ...] = OVERLAYS
) -> Callable[[Rule], Rule]:
    """Register a rule; without a break that proves it, it is refused."""
    if not breaks:
        raise TypeError(f"check {number} has no control: name at least one break")

    def register(rule: Rule) -> Rule:
        CHECKS.append(Check(number, rule, breaks, overlays))
        return rule

    return register
