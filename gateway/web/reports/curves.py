"""Lines over time and the areas under them, on a scale that begins at nothing."""

from decimal import Decimal

from gateway.web.reports.canvas import (
    WIDTH,
    Drawing,
    Mark,
    Short,
    Stroke,
    Word,
    called,
    cut,
    legend,
    spots,
)
from gateway.web.reports.series import NOTHING, Drawn, Series

HEIGHT = 260
_LEFT, _RIGHT, _TOP, _FOOT = 72, 24, 14, 226
_MOST_NAMES = 8
_STEPS = 4


class _Field:
    """Where a value stands on the canvas."""

    def __init__(self, what: Drawn) -> None:
        self.low, self.high = min(NOTHING, *what.values), max(NOTHING, *what.values)
        self.places = max(len(what.places) - 1, 1)

    def x(self, place: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * place / self.places, 1)

    def y(self, value: Decimal) -> float:
        share = (value - self.low) / ((self.high - self.low) or Decimal(1))
        return round(_FOOT - float(share) * (_FOOT - _TOP), 1)


def lines(what: Drawn, short: Short) -> Drawing:
    return _curves("line", what, short)


def areas(what: Drawn, short: Short) -> Drawing:
    return _curves("area", what, short)


def _curves(kind: str, what: Drawn, short: Short) -> Drawing:
    field = _Field(what)
    marks = tuple(
        Mark(
            called(what, place, series),
            spot.text,
            spot.href,
            tone,
            field.x(place),
            field.y(spot.value),
        )
        for place, tone, series, spot in spots(what)
    )
    strokes = tuple(
        Stroke(_path(series, field, closed=kind == "area"), tone)
        for tone, series in enumerate(what.series)
    )
    words = (*_names(what, field), *_amounts(field, short))
    return Drawing(kind, what, HEIGHT, marks, strokes, words, legend(what))


def _path(series: Series, field: _Field, *, closed: bool) -> str:
    """Where nothing is told of a place, nothing is there."""
    values = [spot.value if spot else NOTHING for spot in series.spots]
    points = [f"{field.x(place)} {field.y(value)}" for place, value in enumerate(values)]
    if closed:
        ground = field.y(NOTHING)
        points = [f"{field.x(0)} {ground}", *points, f"{field.x(len(values) - 1)} {ground}"]
    return "M" + "L".join(points) + ("Z" if closed else "")


def _names(what: Drawn, field: _Field) -> list[Word]:
    """As many names as there is room for, the first and the last among them."""
    step = max(1, -(-len(what.places) // _MOST_NAMES))
    shown = range(0, len(what.places), step)
    return [Word(cut(what.places[at], 12), field.x(at), HEIGHT - 12, "place") for at in shown]


def _amounts(field: _Field, short: Short) -> list[Word]:
    each = (field.high - field.low) / _STEPS
    marks = [field.low + each * step for step in range(_STEPS + 1)]
    return [Word(short(value), _LEFT - 8, field.y(value) + 4, "scale") for value in marks]
