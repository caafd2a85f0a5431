"""A pie with a hole: few slices, the rest of them together in the table."""

import math
from decimal import Decimal

from gateway.web.reports.canvas import Drawing, Mark, Short, Word
from gateway.web.reports.series import MOST_SERIES, Drawn, Spot
from gateway.web.words import _

HEIGHT = 260
_MIDDLE, _RADIUS, _HOLE = 130.0, 116.0, 66.0
_WHOLE = math.tau * 0.99999
"""One slice alone would begin where it ends, and be none."""


def pie(what: Drawn, short: Short) -> Drawing:
    """The largest slices; where there are more, the last of them stands for the rest."""
    found = [
        (name, spot)
        for name, spot in zip(what.places, what.series[0].spots, strict=True)
        if spot and spot.value > 0
    ]
    found.sort(key=lambda each: -each[1].value)
    shown, rest = found[: MOST_SERIES - 1], found[MOST_SERIES - 1 :]
    whole = sum((spot.value for _name, spot in found), Decimal(0))
    if rest:
        left = sum((spot.value for _name, spot in rest), Decimal(0))
        shown.append((_("The rest"), Spot(left, short(left), "#figures")))
    slices = [(name, spot, spot.value / whole) for name, spot in shown]
    marks = tuple(_marks(slices))
    middle = Word(short(whole), _MIDDLE, _MIDDLE + 5, "middle")
    names = tuple(f"{name} · {share * 100:.0f} %" for name, _spot, share in slices)
    return Drawing("pie", what, HEIGHT, marks, words=(middle,), legend=names)


def _marks(slices: list[tuple[str, Spot, Decimal]]) -> list[Mark]:
    marks, begun = [], 0.0
    for tone, (name, spot, share) in enumerate(slices):
        ends = begun + float(share) * _WHOLE
        marks.append(Mark(name, spot.text, spot.href, tone, path=_slice(begun, ends)))
        begun = ends
    return marks


def _slice(begun: float, ends: float) -> str:
    large = int(ends - begun > math.pi)
    (ax, ay), (bx, by) = _at(begun, _RADIUS), _at(ends, _RADIUS)
    (cx, cy), (dx, dy) = _at(ends, _HOLE), _at(begun, _HOLE)
    outer = f"M{ax} {ay}A{_RADIUS} {_RADIUS} 0 {large} 1 {bx} {by}"
    return f"{outer}L{cx} {cy}A{_HOLE} {_HOLE} 0 {large} 0 {dx} {dy}Z"


def _at(angle: float, radius: float) -> tuple[float, float]:
    """From the top, as a clock goes."""
    x, y = _MIDDLE + radius * math.sin(angle), _MIDDLE - radius * math.cos(angle)
    return round(x, 2), round(y, 2)
