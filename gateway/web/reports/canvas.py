"""What drawings are made of: marks that lead to their rows, strokes between them, and words beside them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from gateway.web.reports.series import Drawn, Series, Spot

WIDTH = 640
Short = Callable[[Decimal], str]
"""An amount in as few signs as it can be told."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to see, to hear and to follow."""

    label: str
    text: str
    href: str
    tone: int = 0
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line, or the area under it."""

    path: str
    tone: int


@dataclass(frozen=True, slots=True)
class Word:
    """Words at a place; `kind` says what for: a name, an amount, or a mark of the scale."""

    text: str
    x: float
    y: float
    kind: str = "name"


@dataclass(frozen=True)
class Drawing:
    """A drawing in the units of its canvas, ready for its template."""

    kind: str
    what: Drawn
    height: float
    marks: tuple[Mark, ...]
    strokes: tuple[Stroke, ...] = ()
    words: tuple[Word, ...] = ()
    # The names of the tones, where there are several.
    legend: tuple[str, ...] = ()


def spots(what: Drawn) -> Iterator[tuple[int, int, Series, Spot]]:
    """Every value with the numbers of its place and of its series."""
    for place in range(len(what.places)):
        for number, series in enumerate(what.series):
            spot = series.spots[place]
            if spot is not None:
                yield place, number, series, spot


def called(what: Drawn, place: int, series: Series) -> str:
    """What a mark is called, aloud and under the pointer."""
    alone = len(what.series) == 1
    return what.places[place] if alone else f"{what.places[place]}, {series.label}"


def legend(what: Drawn) -> tuple[str, ...]:
    return tuple(each.label for each in what.series) if len(what.series) > 1 else ()


def cut(text: str, most: int = 20) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
