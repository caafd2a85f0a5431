"""What a record page says before its fields, as its entity and those around it declare."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.web.api import Json
from gateway.web.frame.presenting import Titles
from gateway.web.frame.visits import Visit
from kit.errors import Problem

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Highlight:
    """One part of a page's first words: what it asks, and what the template gets."""

    shows: Callable[[Visit, Json, Answers, Titles], dict[str, Any]]
    asks: Mapping[str, Callable[[Visit], Awaitable[Json]]]
    # Fields that it says already.
    says: tuple[str, ...] = ()


def asked(highlights: Sequence[Highlight], visit: Visit) -> dict[str, Awaitable[Json]]:
    return {name: ask(visit) for each in highlights for name, ask in each.asks.items()}


def answered(answers: Answers, name: str) -> list[Json]:
    """The items of an answer; none while its service is stopped."""
    found = answers.get(name)
    return [] if found is None or isinstance(found, Problem) else list(found["items"])
