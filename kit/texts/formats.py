"""Text by format: plain text, PDF, and the XML within the archives of Office documents."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from xml.parsers import expat

PLAIN, PDF = "text/plain", "application/pdf"
_MOST_UNPACKED = 64 * 1024 * 1024
_PIECE = 64 * 1024
_SHEETS = re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml")
_SLIDES = re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml")
_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_ENCRYPTED = "It is encrypted; its text cannot be read without the password."


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """Why the text of a file cannot be read, in a sentence for a person."""


def text_of(media_type: str, data: bytes, longest: int) -> str:
    """The text of a file as far as it is searched."""
    if media_type == PLAIN:
        return data.decode("utf-8-sig", "replace")[:longest]
    pieces = _pdf(data) if media_type == PDF else _office(data)
    return _joined(pieces, longest)


def _joined(pieces: Iterator[str], longest: int) -> str:
    """Pieces until there is enough, on lines without the blanks around them."""
    said, length = [], 0
    for piece in pieces:
        said.append(piece)
        length += len(piece)
        if length > longest:
            break
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", "".join(said))).strip()[:longest]


def _pdf(data: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(_ENCRYPTED)
    for page in reader.pages:
        yield f"{page.extract_text()}\n"


def _office(data: bytes) -> Iterator[str]:
    """The parts of a document with text in them, each read as a stream."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if any(each.flag_bits & 1 for each in archive.infolist()):
            raise Unreadable(_ENCRYPTED)
        left = _MOST_UNPACKED
        for pattern, tags in ((_PARTS, _WORDS), (_SHEETS, _CELLS), (_SLIDES, _WORDS)):
            for name in sorted(filter(pattern.fullmatch, names)):
                with archive.open(name) as part:
                    reader = _Reader(tags)
                    while piece := part.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise Unreadable("Unpacked it is longer than a file may be here.")
                        yield reader.read(piece)


_WORDS: Sequence[str] = ("t", "p", "tab", "br")
_CELLS: Sequence[str] = ("t", "si", "is", "c", "row")


class _Reader:
    """Text out of the XML of one part; what has a document type could define entities, and is none of ours."""

    def __init__(self, tags: Sequence[str]) -> None:
        self._text, self._breaks = tags[0], frozenset(tags[1:])
        self._said: list[str] = []
        self._within = self._holds_value = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        for name, handler in self._handlers().items():
            setattr(self._parser, name, handler)

    def _handlers(self) -> dict[str, Callable[..., None]]:
        return {
            "StartElementHandler": self._begin,
            "EndElementHandler": self._end,
            "CharacterDataHandler": self._say,
            "StartDoctypeDeclHandler": self._refuse,
        }

    def read(self, piece: bytes) -> str:
        """What a further piece says."""
        self._parser.Parse(piece)
        said, self._said = "".join(self._said), []
        return said

    def _begin(self, name: str, said: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            # Of a shared text a cell holds only the number.
            self._holds_value = said.get("t") != "s"
        self._within = tag == self._text or (tag == "v" and self._holds_value)

    def _end(self, name: str) -> None:
        self._within = False
        if name.rpartition(":")[2] in self._breaks:
            self._said.append("\n")

    def _say(self, data: str) -> None:
        if self._within:
            self._said.append(data)

    def _refuse(self, *_: object) -> None:
        raise Unreadable("It defines a document type, as no Office document does.")
