"""What a search asks: its words, folded, and the words that may be meant by each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from kit.errors import Invalid
from kit.text.folding import typed, words

LONGEST = 200
RECORD, NOTE, FILE = KINDS = ("record", "note", "file")
PLENTY = 3
"""From so many letters on a beginning is enough: shorter ones begin too much for that."""

_Near = Mapping[str, "How"]


class How(IntEnum):
    """How a word was found, the best first."""

    EXACT = 0
    BEGINNING = 1
    MIDDLE = 2
    SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a search, all of which have to be found."""

    words: Sequence[str]
    whole: str
    """All that was typed, as titles begin with it."""
    near: Mapping[str, _Near] = field(default_factory=dict)
    """For a word those that may be meant by it, which it is in the middle of or is spelt like."""

    @classmethod
    def of(cls, text: str) -> "Asked":
        if len(text) > LONGEST:
            raise Invalid(q=f"Search for at most {LONGEST} characters.")
        if "\0" in text:
            raise Invalid(q="Leave the zero character out; nothing has it.")
        found = tuple(dict.fromkeys(words(text)))
        return cls(found, typed(text))

    @property
    def query(self) -> str:
        """As PostgreSQL takes it: every word, or another that may be meant by it."""
        return " & ".join(f"({' | '.join(self._alternatives(word))})" for word in self.words)

    @property
    def needles(self) -> Sequence[str]:
        """What has to stand in a text in which something is found."""
        return [*self.words, *(each for near in self.near.values() for each in near)]

    def _alternatives(self, word: str) -> Sequence[str]:
        near = (f"'{each}'" for each in self.near.get(word, ()))
        return [f"'{word}':*" if begins(word) else f"'{word}'", *near]

    def how(self, word: str, said: str, *, short: bool = False) -> How | None:
        """How a word of a text is the one that was asked for, if it is."""
        if said == word:
            return How.EXACT
        if said.startswith(word) and (short or begins(word)):
            return How.BEGINNING
        return self.near.get(word, {}).get(said)


def begins(word: str) -> bool:
    """Whether words are found that begin with it; in scripts with signs for words, one says enough."""
    return len(word) >= PLENTY or not word.isascii()
