"""What text is stored: composed, trimmed, with something to see and nothing that steers the reader.

`one_line` and `several_lines` answer the text as it is stored, or raise ValueError with a sentence
for the person who wrote it; every kind of text goes through one of them.
"""

import re
import unicodedata

# Controls, separators of lines and paragraphs, and signs that turn the direction of what follows, so
# that text reads otherwise than it is; halves of a character are none.
_STEERING = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_ONE_LINE = re.compile(f"[{_STEERING}]")
_IN_SEVERAL = re.compile(f"(?![\t\n])[{_STEERING}]")
# What is left at the ends by copying; inside, joiners belong to emoji and to scripts that need them.
_AT_THE_ENDS = "\u00ad\u200b-\u200f\u2060\ufeff"
_STRAY = re.compile(rf"^[\s{_AT_THE_ENDS}]+|[\s\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff]+$")
# Letters by their category, that show nothing.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_NAMES = {"\n": "the line break", "\r": "the line break", "\t": "the tab"}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})


def one_line(text: str) -> str:
    """One line, or nothing at all."""
    if text.isascii() and text.isprintable():
        return text.strip()
    trimmed = text.strip()
    if found := _IN_ONE_LINE.search(trimmed):
        raise ValueError(f"Write one line of plain text; take out {_named(found[0])}.")
    return _seen(trimmed)


def several_lines(text: str) -> str:
    """Lines with their breaks and tabs, or nothing at all."""
    trimmed = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := _IN_SEVERAL.search(trimmed):
        raise ValueError(f"Write plain text; take out {_named(found[0])}.")
    return _seen(trimmed)


def _seen(text: str) -> str:
    if not text or text.isascii():
        return text
    if not any(map(_visible, text)):
        raise ValueError("Write something that can be seen; this text is empty to the eye.")
    return unicodedata.normalize("NFC", _STRAY.sub("", text))


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _BLANK


def _named(sign: str) -> str:
    return _NAMES.get(sign) or f"the sign U+{ord(sign):04X}"
