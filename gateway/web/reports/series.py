"""The lines of a report as rows and columns of a drawing: one series, or one for each second group."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.web.reports.reading import Line, Reading
from gateway.web.words import _

MOST_SERIES = 8
"""As many colours as anybody tells apart."""
MOST_PLACES = 60
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spot:
    """One value of a drawing, and where it leads."""

    value: Decimal
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values under one name, a place for each; None where a group is missing."""

    label: str
    spots: tuple[Spot | None, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What can be drawn of a report: its places in order, its series, and what was left to the table."""

    measure: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    left_out: tuple[str, ...] = ()

    @property
    def values(self) -> list[Decimal]:
        return [spot.value for each in self.series for spot in each.spots if spot]


def drawn(reading: Reading) -> Drawn | None:
    """The first measure over the first group; None where there is nothing to draw."""
    lines = [line for line in reading.lines if line.currency in (reading.currency, "")]
    places = list(dict.fromkeys(line.keys[0] for line in lines if line.keys))
    if not places:
        return None
    kept = places[:MOST_PLACES]
    names = {line.keys[0]: line.labels[0] for line in lines}
    by_place = [line for line in lines if line.keys[0] in kept]
    series, more = _series(reading, by_place, kept)
    left = [*_left_out(reading), *more]
    if len(places) > len(kept):
        left.append(_("Drawn are the first %(number)s.", number=len(kept)))
    labels = tuple(names[each] for each in kept)
    return Drawn(reading.measures[0].label, labels, tuple(series), tuple(left))


def _left_out(reading: Reading) -> list[str]:
    if not reading.others:
        return []
    told = _("Drawn in %(currency)s; %(others)s stand in the table.")
    return [told % {"currency": reading.currency, "others": ", ".join(reading.others)}]


def _series(
    reading: Reading, lines: Sequence[Line], places: Sequence[str | None]
) -> tuple[list[Series], list[str]]:
    if len(reading.groups) == 1:
        found = {line.keys[0]: line for line in lines}
        spots = [_spot(found.get(place)) for place in places]
        return [Series(reading.measures[0].label, tuple(spots))], []
    kinds = _kinds(reading, lines)
    cells = {line.keys: line for line in lines}
    series = [
        Series(label, tuple(_spot(cells.get((place, key))) for place in places))
        for key, label in list(kinds.items())[:MOST_SERIES]
    ]
    left = len(kinds) - len(series)
    return series, [_("Drawn are the %(number)s largest.", number=MOST_SERIES)] if left else []


def _kinds(reading: Reading, lines: Sequence[Line]) -> dict[str | None, str]:
    """The values of the second group: by time in their order, else the largest first."""
    sums: dict[str | None, Decimal] = {}
    for line in lines:
        value = line.figures[0].value or NOTHING
        sums[line.keys[1]] = sums.get(line.keys[1], NOTHING) + value
    labels = {line.keys[1]: line.labels[1] for line in lines}
    by_time = reading.groups[1].by_time
    keys = sorted(sums, key=lambda key: (key or "",) if by_time else (-sums[key], labels[key]))
    return {key: labels[key] for key in keys}


def _spot(line: Line | None) -> Spot | None:
    if line is None or line.figures[0].value is None:
        return None
    return Spot(line.figures[0].value, line.figures[0].text, line.href)
