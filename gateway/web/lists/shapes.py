"""The shapes that a list may take, each with its address."""

from gateway.web.lists.calendar import day_field
from gateway.web.lists.wanted import Wanted
from gateway.web.views.saved import BOARD, CALENDAR, TABLE
from gateway.web.words import _


def shapes_of(wanted: Wanted, *, on_board: bool = False) -> list[tuple[str, str, str, bool]]:
    """The words of each shape, its address, its icon, and whether the list has it now."""
    shape_now = BOARD if on_board else wanted.shape
    found = _offered(wanted)
    now = shape_now if any(shape_now == shape for shape, *_rest in found) else TABLE
    return [(words, href, icon, shape == now) for shape, words, href, icon in found]


def lacking_in(wanted: Wanted) -> list[str]:
    """What the view says and this person's list does not have, its shape included."""
    there = any(wanted.shape == shape for shape, *_rest in _offered(wanted))
    return [*wanted.unknown(), *([] if there else [wanted.shape])]


def _offered(wanted: Wanted) -> list[tuple[str, str, str, str]]:
    entity = wanted.entity
    plain = wanted.view == "all" and not wanted.filter
    board = f"/{entity.slug}/board" if plain else wanted.url(shape=BOARD)
    found = [(TABLE, _("Table"), wanted.url(shape=TABLE), "table-cells")]
    if entity.shown.board:
        found.append((BOARD, _("Board"), board, "view-columns"))
    if day_field(wanted):
        found.append((CALENDAR, _("Calendar"), wanted.url(shape=CALENDAR), "calendar-days"))
    return found
