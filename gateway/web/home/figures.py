"""Charts: figures become bars with places and sizes, each a link to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH = 640
ROW = 34
LABELS = 150
AMOUNTS = 110


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with its name, as text and as a number."""

    label: str
    value: Decimal
    text: str
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the units of its drawing."""

    figure: Figure
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars under a title, with the same figures as a table behind them."""

    title: str
    bars: tuple[Bar, ...]
    height: int


def chart(title: str, figures: Sequence[Figure]) -> Chart:
    most = max((figure.value for figure in figures), default=Decimal(0)) or Decimal(1)
    room = Decimal(WIDTH - LABELS - AMOUNTS)
    bars = tuple(
        Bar(figure, index * ROW, round(float(max(figure.value, Decimal(0)) / most * room), 1))
        for index, figure in enumerate(figures)
    )
    return Chart(title, bars, len(bars) * ROW)
