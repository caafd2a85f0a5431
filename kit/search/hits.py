"""What was found, how good it is, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.v1 import search_pb2 as pb

from kit.beside.notes.reading import moment
from kit.search.asked import FILE, NOTE, RECORD, Asked, How
from kit.search.marking import Mark, found_all, marks_in, snippet
from kit.text.folding import fold

_WHOLE_TITLE = 1_000
_BY_HOW = {How.EXACT: 0, How.BEGINNING: 60, How.MIDDLE: 320, How.SIMILAR: 400}
_TITLE, _NAME = "title", "name"
_BY_PLACE = {_TITLE: 900, _NAME: 780, RECORD: 700, NOTE: 600, FILE: 560}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in which words may stand: a field of a record, a note, the name of a file."""

    field: str
    label: str
    said: str
    is_title: bool = False

    def marks(self, asked: Asked) -> Sequence[Mark]:
        """Where the words stand; a name that begins as was typed has them however short they are."""
        return marks_in(self.said, asked, short=self.is_title and self._begins(asked))

    def _begins(self, asked: Asked) -> bool:
        return fold(self.said).startswith(asked.whole)


@dataclass(frozen=True, slots=True)
class Found:
    """A record with texts of one place that may have the words."""

    entity: str
    id: UUID
    title: str
    kind: str
    at: datetime
    texts: Sequence[Text]
    part_id: str = ""
    name: str = ""
    is_piece: bool = False
    """Whether the texts are cut out of one that has all the words, each somewhere."""

    def hit(self, asked: Asked) -> pb.SearchHit | None:
        """The hit, if all words stand there as whoever asks may see it."""
        marked = [(text, text.marks(asked)) for text in self.texts if text.said]
        every = [mark for _, marks in marked for mark in marks]
        how = found_all(every, asked)
        if how is None and self.is_piece:
            how = max((mark.how for mark in every), default=How.BEGINNING)
        if how is None or not marked:
            return None
        text, marks = max(marked, key=_worth)
        piece = snippet(text.said, marks)
        return pb.SearchHit(
            entity=self.entity,
            id=str(self.id),
            title=self.title,
            kind=self.kind,
            field=text.field,
            label=text.label,
            part_id=self.part_id,
            name=self.name,
            snippet=piece.text,
            marks=[pb.SearchMark(start=start, length=length) for start, length in piece.marks],
            how=how.name.lower(),
            score=self._score(text, marks, asked, how),
            at=moment(self.at),
        )

    def _score(self, text: Text, marks: Sequence[Mark], asked: Asked, how: How) -> int:
        """By the place of the text, and by the weakest of the words; a title is best that says no more."""
        if text.is_title and fold(text.said) == asked.whole:
            return _WHOLE_TITLE
        is_name = self.kind == FILE and text.field == _NAME
        place = _TITLE if text.is_title else _NAME if is_name else self.kind
        missing = len(asked.words) - len({each.word for each in marks})
        return max(1, _BY_PLACE[place] - _BY_HOW[how] - 20 * min(missing, 5))


def _worth(marked: tuple[Text, Sequence[Mark]]) -> tuple[int, int, bool]:
    """Which text is shown of several: the one with the most of the words, the best of them, the title."""
    text, marks = marked
    return (
        len({each.word for each in marks}),
        -min((each.how for each in marks), default=How.SIMILAR),
        text.is_title,
    )


def texts_of(row: Any, labels: Mapping[str, str], title: str) -> Sequence[Text]:
    """The searched fields of a row, behind its id, its moment and its title."""
    return [
        Text(name, label, str(row[place] or ""), name == title)
        for place, (name, label) in enumerate(labels.items(), start=3)
    ]
