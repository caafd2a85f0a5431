"""The encoding of a file: by its mark, by its bytes, or as whoever brings it says.

Libraries that guess encodings took short French, Italian and German tables for Central European ones
(charset-normalizer 3.5, chardet 6): they weigh running text, and a table has little of it. The few
encodings that spreadsheets write are told apart by asking of which language all letters are.
"""

import codecs
import re
from collections import Counter
from unicodedata import category

from kit.errors import Invalid

OFFERED = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western Europe)",
    "iso8859-1": "Latin-1 (Western Europe)",
    "cp1250": "Windows-1250 (Romanian, Polish, Central Europe)",
    "iso8859-2": "Latin-2 (Romanian, Polish, Central Europe)",
    "cp1256": "Windows-1256 (Persian, Arabic)",
}
"""Encodings by the name under which a plan asks for them, with what people call them."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 1_024
_SAMPLE = 65_536
_WESTERN = (
    "äöüßé",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü",
    "àèéìíòóùú",
    "ãáâàçéêíóôõú",
    "åäöéæø",
    "ðþáéíóúýæö",
)
_CENTRAL = ("ăâîșțşţ", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž")
_ALPHABETS = {"cp1252": _WESTERN, "cp1250": _CENTRAL, "iso8859-2": _CENTRAL}
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_MARKED_WORDS = "®™©°€"


class Undecodable(Exception):  # noqa: N818 - it says what is wrong
    """A byte that the encoding does not have; `before` is the text ahead of it."""

    def __init__(self, before: str) -> None:
        super().__init__()
        self.before = before


def named(encoding: str) -> str:
    """The encoding that a plan asks for, by whatever name it goes; empty when it asks for none."""
    if not encoding:
        return ""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in OFFERED:
        raise Invalid(encoding=f"Choose one of: {', '.join(OFFERED)}.")
    return name


class Decoder:
    """Turns bytes into text as they arrive, as soon as it is known how they are to be read."""

    def __init__(self, encoding: str = "", *, central: bool = False) -> None:
        self.encoding = encoding or "utf-8"
        self._central = central
        self._settled = bool(encoding)
        self._begun = False
        self._held = b""
        self._codec = ""
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes, *, last: bool) -> str:
        """The text that is certain by now; all bytes in ASCII mean the same in each encoding."""
        self._held += data
        if not self._begun and not self._begin(last=last):
            return ""
        if self._decoder is None and not self._settle(last=last):
            return self._plain()
        return self._decoded(last=last)

    def _begin(self, *, last: bool) -> bool:
        if len(self._held) < _HEAD and not last:
            return False
        self._begun = True
        for mark, encoding in _MARKS:
            if self._held.startswith(mark):
                self._held = self._held[len(mark) :]
                self._use(encoding)
                return True
        if wide := _wide(self._held[:_HEAD]):
            self._use(wide)
        elif self._settled:
            self._use("utf-16-le" if self.encoding == "utf-16" else self.encoding)
        return True

    def _use(self, encoding: str) -> None:
        self.encoding = "utf-16" if encoding.startswith("utf-16") else encoding
        self._codec, self._decoder = encoding, codecs.getincrementaldecoder(encoding)()

    def _settle(self, *, last: bool) -> bool:
        """Whether enough has been seen of the letters to know their encoding."""
        first = _NOT_ASCII.search(self._held)
        if first is None:
            return False
        if len(self._held) - first.start() < _SAMPLE and not last:
            return False
        self._use(recognised(self._held[first.start() :][:_SAMPLE], central=self._central))
        return True

    def _plain(self) -> str:
        first = _NOT_ASCII.search(self._held)
        end = len(self._held) if first is None else first.start()
        text, self._held = self._held[:end].decode("ascii"), self._held[end:]
        return text

    def _decoded(self, *, last: bool) -> str:
        assert self._decoder is not None  # noqa: S101 - `feed` has settled it
        data, self._held = self._held, b""
        try:
            return self._decoder.decode(data, last)
        except UnicodeDecodeError as wrong:
            raise Undecodable(wrong.object[: wrong.start].decode(self._codec)) from wrong


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of plain text is zero."""
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.4:
        return "utf-16-le"
    return "utf-16-be" if half and head[::2].count(0) > half * 0.4 else ""


def recognised(sample: bytes, *, central: bool) -> str:
    """How bytes beyond ASCII were written; `central` settles what could be either."""
    whole = _SEQUENCE.findall(sample)
    # One bad byte does not make a file of another encoding of what is UTF-8 otherwise.
    if 2 * len(whole) > len(_NOT_ASCII.findall(_SEQUENCE.sub(b"", sample))):
        return "utf-8"
    order = ("cp1250", "iso8859-2", "cp1252") if central else ("cp1252", "cp1250", "iso8859-2")
    likely = {name: score for name in order if (score := _score(sample, name)) is not None}
    return max(likely, key=likely.__getitem__) if likely else "iso8859-1"


def _score(sample: bytes, encoding: str) -> int | None:
    """How well the letters fit into the one language that they fit best."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    counts = Counter(letter for letter in text.lower() if letter > "\x7f")
    letters = {each: number for each, number in counts.items() if category(each)[0] == "L"}
    controls = sum(number for each, number in counts.items() if category(each) == "Cc")
    fitting = max(
        sum(number if each in alphabet else -2 * number for each, number in letters.items())
        for alphabet in _ALPHABETS[encoding]
    )
    return fitting - 2 * _odd(text) - 5 * controls


def _odd(text: str) -> int:
    """Signs that stand in a word and belong into none."""
    return sum(
        category(sign)[0] in "SN" and sign not in _MARKED_WORDS
        for sign in _IN_WORD.findall(text)
    )  # fmt: skip


_IN_WORD = re.compile(r"(?:(?<=[^\W\d_])|(?=.[^\W\d_]))[^\x00-\x7f]")
