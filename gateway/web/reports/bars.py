"""Bars that lie: one for each place with its series in a row, or the steps of a funnel in the middle."""

from decimal import Decimal

from gateway.web.reports.canvas import WIDTH, Drawing, Mark, Short, Word, called, cut, legend, spots
from gateway.web.reports.series import NOTHING, Drawn

ROW = 34
LABELS, AMOUNTS = 160, 110
_ROOM = Decimal(WIDTH - LABELS - AMOUNTS)


def bars(what: Drawn, short: Short) -> Drawing:
    """What is below nothing has no length; the table says it."""
    sums = _sums(what)
    scale, ends = _scale(sums), [float(LABELS)] * len(sums)
    marks = []
    for place, tone, series, spot in spots(what):
        width = float(max(spot.value, NOTHING) * scale)
        name, top = called(what, place, series), place * ROW + 9
        marks.append(
            Mark(name, spot.text, spot.href, tone, round(ends[place], 1), top, round(width, 1), 16)
        )
        ends[place] += width
    words = _words(what, [_amount(what, place, each, short) for place, each in enumerate(sums)])
    return Drawing("bar", what, len(sums) * ROW, tuple(marks), words=words, legend=legend(what))


def funnel(what: Drawn, short: Short) -> Drawing:
    """Each step beside the first: what is left of it, in percent."""
    sums = _sums(what)
    scale, first, marks = _scale(sums), sums[0], []
    for place, each in enumerate(sums):
        width = float(each * scale)
        spot = next(found for at, _, _, found in spots(what) if at == place)
        x = round(LABELS + (float(_ROOM) - width) / 2, 1)
        marks.append(
            Mark(
                what.places[place], spot.text, spot.href, 0, x, place * ROW + 3, round(width, 1), 28
            )
        )
    left = [f"{short(each)} · {_percent(each, first)}" for each in sums]
    return Drawing("funnel", what, len(sums) * ROW, tuple(marks), words=_words(what, left))


def _sums(what: Drawn) -> list[Decimal]:
    sums = [NOTHING] * len(what.places)
    for place, _, _, spot in spots(what):
        sums[place] += max(spot.value, NOTHING)
    return sums


def _scale(sums: list[Decimal]) -> Decimal:
    return _ROOM / (max(sums) or Decimal(1))


def _amount(what: Drawn, place: int, sum_: Decimal, short: Short) -> str:
    """One value as it is written; of several their sum, in short."""
    found = [spot for at, _, _, spot in spots(what) if at == place]
    return found[0].text if len(what.series) == 1 and found else short(sum_)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part * 100 / whole:.0f} %" if whole else ""


def _words(what: Drawn, amounts: list[str]) -> tuple[Word, ...]:
    names = [Word(cut(each), 8, at * ROW + 21) for at, each in enumerate(what.places)]
    told = [Word(each, WIDTH - 8, at * ROW + 21, "amount") for at, each in enumerate(amounts)]
    return (*names, *told)
