"""Where words stand in a text as it is written, and the piece of it that shows them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kit.search.asked import Asked, How
from kit.text.folding import fold, word_pattern

_BEFORE, _LENGTH = 50, 180
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_CUT = "…"
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text that is a word which was asked for."""

    start: int
    length: int
    word: str
    how: How


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text on one line, with what was found in it."""

    text: str
    marks: Sequence[tuple[int, int]]


def marks_in(text: str, asked: Asked, *, short: bool = False) -> list[Mark]:
    """Every word of a text that is one of those asked for, also by a `short` beginning."""
    folded, places = _folded(text)
    found: list[Mark] = []
    if not any(each in folded for each in asked.needles):
        return found
    for said in word_pattern().finditer(folded):
        ways = ((asked.how(word, said[0], short=short), word) for word in asked.words)
        best = min(((how, word) for how, word in ways if how is not None), default=None)
        if best is not None:
            first, last = _part(said[0], best[1], best[0])
            start = places[said.start() + first] if places else said.start() + first
            end = places[said.start() + last] if places else said.start() + last
            found.append(Mark(start, end - start, best[1], best[0]))
    return found


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its places that in the text; none where they are the same."""
    if all(len(fold(each)) == 1 for each in set(text)):
        return fold(text), ()
    pieces = [fold(each) for each in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*places, len(text)]


def _part(said: str, word: str, how: How) -> tuple[int, int]:
    """Which part of a word is shown as found: what was typed, or all of it where that is another."""
    if how is How.SIMILAR:
        return 0, len(said)
    first = said.index(word)
    return first, first + len(word)


def found_all(marks: Iterable[Mark], asked: Asked) -> How | None:
    """How all the words were found, by the weakest of them; None where one is missing."""
    best: dict[str, How] = {}
    for each in marks:
        best[each.word] = min(each.how, best.get(each.word, each.how))
    return max(best.values()) if best.keys() == set(asked.words) else None


def snippet(text: str, marks: Sequence[Mark]) -> Snippet:
    """The piece of a text around the best of its marks."""
    best = min(marks, key=lambda each: each.how) if marks else None
    start = _start(text, best.start if best else 0)
    end = min(len(text), start + _LENGTH)
    lead, tail = (_CUT if start else ""), (_CUT if end < len(text) else "")
    shown = lead + _BLANK.sub(" ", text[start:end]) + tail
    return Snippet(shown, list(_within(marks, start, end, len(lead)))[:_MOST_MARKS])


def _start(text: str, place: int) -> int:
    """Where a piece begins that has a place in it, at the beginning of a word if one is near."""
    if len(text) <= _LENGTH or place <= _BEFORE:
        return 0
    earliest = place - _BEFORE
    blank = _BLANK.search(text, earliest, place)
    return blank.end() if blank else earliest


def _within(marks: Iterable[Mark], start: int, end: int, lead: int) -> Iterator[tuple[int, int]]:
    for each in marks:
        if start <= each.start and each.start + each.length <= end:
            yield each.start - start + lead, each.length
