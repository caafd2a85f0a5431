"""A workbook is a zip of XML parts; each is walked piece by piece, and none is ever held as a tree.

Whoever sends a file may send a bomb: a few bytes that unpack to gigabytes, a list of a million parts,
entities within entities, a row without end. Sizes are bounded before a byte is unpacked, and document
types, by which alone XML has entities, are refused (workbooks have none).
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Protocol
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from kit.errors import Invalid

ZIP = b"PK\x03\x04"
"""How a zip begins, and so a workbook."""
OLD = b"\xd0\xcf\x11\xe0"
"""How workbooks of before 2007 begin, and those that are locked by a password."""

_PIECE = 64 * 1024
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_LARGEST_DIRECTORY = 1024 * 1024
_ENCRYPTED = 1
_BROKEN = (
    "This workbook cannot be read; open it in a spreadsheet program and save it anew, or as CSV."
)
_LOCKED = (
    "This workbook is of before 2007 or locked by a password;"
    " save it as .xlsx without one, or as CSV."
)
_TOO_LARGE = "This workbook unpacks to more than is taken in; split it, or save it as CSV."
_FAULTS = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, expat.ExpatError)


class Walker(Protocol):
    """What is told of a part as it goes by; names stand without their namespaces."""

    def start(self, name: str, said: Mapping[str, str]) -> None: ...

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


def broken() -> Invalid:
    """Why a workbook is refused that is not as the standard has it."""
    return Invalid(file=_BROKEN)


class Package:
    """The parts of one workbook by their names."""

    def __init__(self, file: IO[bytes]) -> None:
        _refuse_long_directory(file)
        try:
            self._zip = ZipFile(file)
        except (*_FAULTS, ValueError) as wrong:
            raise broken() from wrong
        self._parts = {each.filename: each for each in self._zip.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def walk(self, name: str, walker: Walker, most: int) -> Iterator[None]:
        """Tells the walker of a part, a piece at a time; `most` bytes are the end of any."""
        part = self._part(name, most)
        parser = _parser(walker)
        try:
            with self._zip.open(part) as data:
                while piece := data.read(_PIECE):
                    parser.Parse(piece, False)
                    yield
            parser.Parse(b"", True)
        except (*_FAULTS, ValueError, LookupError) as wrong:
            raise broken() from wrong
        yield

    def read(self, name: str, walker: Walker, most: int) -> None:
        """The same at once, of a part that is small."""
        for _ in self.walk(name, walker, most):
            pass

    def _part(self, name: str, most: int) -> ZipInfo:
        part = self._parts.get(name)
        if part is None or part.flag_bits & _ENCRYPTED:
            raise broken()
        if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise broken()
        if part.file_size > most:
            raise Invalid(file=_TOO_LARGE)
        return part


def locked() -> Invalid:
    """Why a workbook is refused that begins like an old one."""
    return Invalid(file=_LOCKED)


def _refuse_long_directory(file: IO[bytes]) -> None:
    """The list of parts is read as a whole by the library, so it is measured before."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE))
    tail = file.read()
    at = len(tail) - _END_SIZE
    if tail[at : at + 4] != _END:
        at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        raise broken()
    if int.from_bytes(tail[at + 12 : at + 16], "little") > _LARGEST_DIRECTORY:
        raise Invalid(file=_TOO_LARGE)
    # The longer form is for more parts and bytes than are ever taken in.
    if at >= _LOCATOR_SIZE and tail[at - _LOCATOR_SIZE :].startswith(_LOCATOR):
        raise Invalid(file=_TOO_LARGE)
    file.seek(0)


def _parser(walker: Walker) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = _bare_start(walker.start)
    parser.EndElementHandler = _bare(walker.end)
    parser.CharacterDataHandler = walker.text
    return parser


def _refuse_document_type(*_said: object) -> None:
    raise broken()


def _bare(told: Callable[[str], None]) -> Callable[[str], None]:
    return lambda name: told(name.rpartition(" ")[2])


def _bare_start(
    told: Callable[[str, Mapping[str, str]], None],
) -> Callable[[str, dict[str, str]], None]:
    return lambda name, said: told(name.rpartition(" ")[2], said)
