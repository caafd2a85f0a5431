"""Derives the folding of every character from Unicode's own data.

`python -m tests.kit.query.unicode` wrote `kit/text/folding.txt` with Python 3.11 (Unicode 14.0).
Databases hold indexes over that table, so it stays as it is; a later one is a new file and a new SQL
function beside it.
"""

# ruff: noqa: RUF001 - characters that look alike are what this is about

import re
import sys
import unicodedata
from collections.abc import Iterator

VERSION = "14.0.0"
# Marks that stand over or under a letter without making another letter of it. In Indic scripts and
# in kana they do, so that those stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Characters that nobody sees: they join, break, direct or vary others.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_SPELT = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
    "ĸ": "k",
    "ŋ": "n",
    **dict.fromkeys("‘’‚‛ʹʼˈ′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
# Letters that are written as two or three; PostgreSQL replaces these one by one, so they are few.
_DOUBLE = re.compile("[\u00c6-\u01ff\u1e9e\ufb00-\ufb06]")
_STRUCK = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH .*")


def folded(character: str) -> str:
    """Its lower case without marks, in the letters that people type for it."""
    if _UNSEEN.match(character) or _MARKS.match(character):
        return ""
    if character in _SPELT:
        return _SPELT[character]
    parts = unicodedata.normalize("NFKD", character)
    found = "".join(_plain(each) for each in parts if not _MARKS.match(each))
    several = _DOUBLE.match(character) and found.isascii() and found.isalpha()
    return found if len(found) <= 1 or several else _single(character)


def _single(character: str) -> str:
    """Its lower case where that is one character, or the character itself."""
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _plain(part: str) -> str:
    cases = unicodedata.normalize("NFD", part.casefold())
    return "".join(_letter(each) for each in cases if not _MARKS.match(each))


def _letter(letter: str) -> str:
    struck = _STRUCK.fullmatch(unicodedata.name(letter, ""))
    return _SPELT.get(letter) or (struck[1].lower() if struck else letter)


def storable() -> Iterator[str]:
    """Every character but NUL and surrogates, which no text in PostgreSQL holds."""
    for code in (*range(1, 0xD800), *range(0xE000, 0x110000)):
        yield chr(code)


def table() -> dict[str, str]:
    """What folding changes, beyond ASCII."""
    known = (each for each in storable() if each > "\x7f" and unicodedata.category(each) != "Cn")
    return {each: new for each in known if (new := folded(each)) != each}


def breaks() -> list[tuple[int, int]]:
    """Ranges of characters between words: neither letters nor numbers nor marks."""
    ranges: list[tuple[int, int]] = []
    inside = False
    for each in storable():
        category = unicodedata.category(each)
        if category in {"Cn", "Co"}:
            continue
        broken = category[0] not in "LNM"
        if broken and inside:
            ranges[-1] = (ranges[-1][0], ord(each))
        elif broken:
            ranges.append((ord(each), ord(each)))
        inside = broken
    return ranges


def written() -> str:
    """The file: a line for each result with the characters that become it, and the breaks."""
    sources: dict[str, list[str]] = {}
    for source, target in table().items():
        sources.setdefault(target, []).append(f"{ord(source):04X}")
    lines = [
        f"{' '.join(f'{ord(each):04X}' for each in target) or '-'} < {' '.join(found)}"
        for target, found in sorted(sources.items())
    ]
    ends = " ".join(f"{first:04X}-{last:04X}" for first, last in breaks())
    return "\n".join([*lines, f"breaks {ends}", ""])


if __name__ == "__main__":
    sys.stdout.write(written())
