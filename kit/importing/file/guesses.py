"""What the values of a file speak for: the form of each column, and the words that mean nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kit.importing.file import forms

EMPTY_WORDS = frozenset(
    {
        "null",
        "(null)",
        "n/a",
        "#n/a",
        "na",
        "nan",
        "nil",
        "none",
        "-",
        "--",
        "\u2013",
        "\u2014",
        "\\n",
        ".",
    }
)
"""Words that files write where they have nothing to say, in lower case."""

DAY, NUMBER, WHOLE = "day", "number", "whole number"


@dataclass(frozen=True, slots=True)
class Guess:
    """The form in which a column seems to write its days or numbers."""

    form: str
    # Whether no other form reads its values as well.
    certain: bool = True
    # Whether nobody can go on without an answer.
    asked: bool = False
    example: str = ""


@dataclass(slots=True)
class Column:
    """What was seen of one column: how many values fit each form, and one that fits several."""

    holds: str
    fits: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    unsettled: str = ""
    formed: str = ""

    def add(self, text: str) -> None:
        self.seen += 1
        if self.holds == DAY:
            self._add_day(text)
        elif self.holds in (NUMBER, WHOLE):
            self._add_number(text)

    def _add_day(self, text: str) -> None:
        found = forms.day_forms(text)
        self.fits.update(found)
        if found and "ymd" not in found:
            self.formed = self.formed or text
            if len(found) > 1:
                self.unsettled = self.unsettled or text

    def _add_number(self, text: str) -> None:
        found = forms.number_forms(text)
        if self.holds == WHOLE:
            found = {form: value for form, value in found.items() if forms.is_whole(value)}
        self.fits.update(found.keys())
        if found and not (forms.POINT in found and forms.is_plain(text)):
            self.formed = self.formed or text
        if len(set(found.values())) > 1:
            self.unsettled = self.unsettled or text

    def guess(self, *, months_first: bool) -> Guess | None:
        """None when the values speak for nothing."""
        if not self.fits:
            return None
        if not self.formed:
            form = "ymd" if self.holds == DAY else forms.POINT
            return Guess(form, not self.unsettled, asked=False, example=self.unsettled)
        order = list(forms.NUMBERS)
        if self.holds == DAY:
            order = ["mdy", "dmy"] if months_first else ["dmy", "mdy"]
        best = max(order, key=self.fits.__getitem__)
        level = sum(self.fits[each] == self.fits[best] for each in order) > 1
        open_ = level and bool(self.unsettled)
        return Guess(best, not open_, open_, self.unsettled if open_ else self.formed)

    @property
    def is_all(self) -> bool:
        """Whether every value is a day, or a number."""
        return self.seen > 0 and max(self.fits.values(), default=0) == self.seen


class Survey:
    """Goes over the lines of a file once and remembers of each column what speaks for a form."""

    def __init__(self, columns: Iterable[tuple[int, str]]) -> None:
        self._columns = [(place, Column(holds)) for place, holds in columns]
        self._empty: dict[str, str] = {}

    def add(self, found: Sequence[str]) -> None:
        """Takes one line into account."""
        for place, column in self._columns:
            text = found[place].strip() if place < len(found) else ""
            if not text:
                continue
            if text.casefold() in EMPTY_WORDS:
                self._empty.setdefault(text.casefold(), text)
            else:
                column.add(text)

    @property
    def empty_words(self) -> list[str]:
        """The words for nothing that the file uses, as it writes them."""
        return list(self._empty.values())

    def guesses(self, *, months_first: bool) -> dict[int, Guess]:
        """The guess of each column by its place."""
        guessed = ((place, each.guess(months_first=months_first)) for place, each in self._columns)
        return {place: guess for place, guess in guessed if guess is not None}

    def likely(self, *, months_first: bool) -> dict[int, Guess]:
        """The guesses of those columns whose values all are what they are taken for."""
        certain = {place for place, each in self._columns if each.is_all and each.formed}
        guessed = self.guesses(months_first=months_first)
        return {place: guess for place, guess in guessed.items() if place in certain}
