"""A list of words as one line: commas between them, and quotes round a word that holds one (RFC 4180)."""

import csv
from collections.abc import Iterable


def joined(words: Iterable[str]) -> str:
    """The words as somebody may read and change them."""
    return ", ".join(map(_quoted, words))


def parted(text: str) -> list[str]:
    """The words of a text, one line or several; what stands between two commas and says nothing is none."""
    try:
        rows = list(csv.reader(text.splitlines(), skipinitialspace=True))
    except csv.Error:
        # A word beyond any bound, which is for others to refuse.
        rows = [text.split(",")]
    return [word for row in rows for each in row if (word := each.strip())]


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if "," in word or word.startswith('"') else word
