"""Two groups as rows and columns, each cell as strong as its number is large."""

from dataclasses import dataclass
from decimal import Decimal

from gateway.web.reports.series import NOTHING, Drawn, Spot

STRENGTHS = 5


@dataclass(frozen=True, slots=True)
class Warm:
    """One cell, by how strong it is: 0 for nothing, up to STRENGTHS."""

    spot: Spot | None
    strength: int = 0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The rows of a heat map with their names, under the names of its columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Warm, ...]], ...]


def heat_map(what: Drawn | None) -> HeatMap | None:
    """The places of a drawing as rows, its series as columns."""
    if what is None or len(what.series) < 1 or not what.values:
        return None
    most = max(what.values)
    rows = tuple(
        (name, tuple(_warm(series.spots[at], most) for series in what.series))
        for at, name in enumerate(what.places)
    )
    return HeatMap(tuple(each.label for each in what.series), rows)


def _warm(spot: Spot | None, most: Decimal) -> Warm:
    if spot is None or spot.value <= NOTHING or most <= NOTHING:
        return Warm(spot)
    return Warm(spot, max(1, round(float(spot.value / most) * STRENGTHS)))
