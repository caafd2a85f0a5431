"""Which shape a report is drawn in: a few lines of SVG, made here.

A library would draw in the browser, by a script with data beside it. These are links that lead to
their rows without one, read aloud, print, and leave the policy of contents as strict as it is.
"""

from collections.abc import Callable, Mapping

from gateway.web.reports.bars import bars, funnel
from gateway.web.reports.canvas import Drawing, Short
from gateway.web.reports.curves import areas, lines
from gateway.web.reports.series import Drawn
from gateway.web.reports.slices import pie

_SHAPES: Mapping[str, Callable[[Drawn, Short], Drawing]] = {
    "bar": bars,
    "line": lines,
    "area": areas,
    "pie": pie,
    "funnel": funnel,
}
_PARTS_OF_A_WHOLE = {"pie", "funnel"}


def drawing(shape: str, what: Drawn | None, short: Short) -> Drawing | None:
    """A report in its shape; None where its figures do not fit it, and the table has to do."""
    draw = _SHAPES.get(shape)
    if draw is None or what is None or not what.values:
        return None
    if shape in _PARTS_OF_A_WHOLE:
        whole = len(what.series) == 1 and None not in what.series[0].spots
        if not whole or min(what.values) < 0 or not any(what.values):
            return None
    return draw(what, short)
