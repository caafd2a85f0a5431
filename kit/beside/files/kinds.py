"""What a file is by its content, and whether its name says the same.

Content is recognised by puremagic. Its table is wide, and many of its entries are a byte or two, so only
the kinds below count: those that a name is believed of, that a page may show, or that run.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

import puremagic

from kit.entity.kinds import Text
from kit.errors import Invalid

LENGTH = 200
BEGINNING = 64 * 1024
"""Bytes from the beginning that tell what a file is."""
UNKNOWN, PLAIN = "application/octet-stream", "text/plain"
_NAME = Text(LENGTH)
_BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_LEAST_SIGNATURE = 3
_PROGRAM = re.compile(r"\bELF\b|\bMach-O\b|\bexecutable\b", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """Content that is recognised, and the endings of names that say so."""

    label: str
    endings: frozenset[str]
    media_type: str
    preview: str = ""


def _endings(told: str) -> frozenset[str]:
    return frozenset(told.split())


def _kind(label: str, endings: str, media_type: str, preview: str = "") -> Kind:
    return Kind(label, _endings(endings), media_type, preview)


RUNS = _kind(
    "a program",
    "exe com dll scr sys drv ocx cpl pif bin run so o elf out dylib appimage",
    UNKNOWN,
)
KINDS = (
    _kind("a PDF document", "pdf", "application/pdf", "pdf"),
    _kind("a PNG picture", "png", "image/png", "picture"),
    _kind("a JPEG picture", "jpg jpeg jpe jfif", "image/jpeg", "picture"),
    _kind("a GIF picture", "gif", "image/gif", "picture"),
    _kind("a WebP picture", "webp", "image/webp", "picture"),
    _kind("a TIFF picture", "tif tiff", "image/tiff"),
    _kind("a HEIF picture", "heic heif", "image/heif"),
    _kind("an RTF document", "rtf", "application/rtf"),
    _kind("a packed file (gzip)", "gz tgz", "application/gzip"),
    _kind("an archive (7z)", "7z", "application/x-7z-compressed"),
    _kind("an archive (RAR)", "rar", "application/vnd.rar"),
    _kind(
        "an Office document or an archive (ZIP)",
        "zip docx docm dotx xlsx xlsm xltx xlsb pptx pptm potx ppsx vsdx odt ods odp odg ott epub"
        " jar apk kmz",
        "application/zip",
    ),
    _kind(
        "an older Office document (OLE)",
        "doc dot xls xlt ppt pot pps msg vsd mpp pub msi",
        "application/x-ole-storage",
    ),
    RUNS,
)
_BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
_TEXTS = _endings("txt csv tsv md log html htm svg xml json js css py sh ics vcf eml yaml")


@dataclass(frozen=True, slots=True)
class Content:
    """What the content of a file is, and how a page may show it."""

    media_type: str
    preview: str


def name_of(text: str) -> str:
    """The name as it is stored, or Invalid with what is wrong with it."""
    try:
        name = _NAME.parse(text)
    except ValueError as wrong:
        raise Invalid(name=str(wrong)) from wrong
    if not name or name.strip(". ") == "":
        raise Invalid(name="Give the file a name, e.g. offer.pdf.")
    if "/" in name or "\\" in name:
        raise Invalid(name="A name has no / and no \\ in it; give the name without its folder.")
    return name


def content_of(name: str, beginning: bytes) -> Content:
    """What the content is; Invalid where the name says something else."""
    beginning = beginning[:BEGINNING]
    text, ending = _is_text(beginning), name.rpartition(".")[2].lower() if "." in name else ""
    found, hits = _recognised(beginning, at_least=_LEAST_SIGNATURE if text else 1)
    named = _BY_ENDING.get(ending)
    if named not in found and (named is not None or _belies(found, ending)):
        raise Invalid(name=_told(ending, found, text=text))
    if named is None and not found:
        return Content(PLAIN, "text") if text else Content(UNKNOWN, "")
    kind = named or found[0]
    return Content(_media_type(kind, ending, hits), kind.preview)


def preview_of(media_type: str) -> str:
    """How a page may show content that was recognised when it came."""
    if media_type == PLAIN:
        return "text"
    return next((kind.preview for kind in KINDS if kind.media_type == media_type), "")


def _recognised(
    beginning: bytes, at_least: int
) -> tuple[list[Kind], list[puremagic.PureMagicWithConfidence]]:
    """The kinds that the content may be of, and what was recognised."""
    try:
        hits = puremagic.magic_string(beginning)
    except (puremagic.PureError, ValueError):
        return [], []
    hits = [each for each in hits if len(each.byte_match) >= at_least]
    found = (_BY_ENDING.get(each.extension.lstrip(".").lower()) or _runs(each) for each in hits)
    return list(dict.fromkeys(kind for kind in found if kind is not None)), hits


def _runs(hit: puremagic.PureMagicWithConfidence) -> Kind | None:
    return RUNS if not hit.extension and _PROGRAM.search(hit.name) else None


def _belies(found: Iterable[Kind], ending: str) -> bool:
    """Whether content that is recognised hides under a name of which nobody expects it."""
    kinds = list(found)
    return bool(kinds) and (ending in _TEXTS or RUNS in kinds)


def _told(ending: str, found: list[Kind], *, text: bool) -> str:
    is_ = "plain text" if text else "something else"
    is_ = next((kind.label for kind in found), is_)
    called = f"The name ends in .{ending}" if ending else "The name has no ending"
    return (
        f"{called}, and the content is {is_}; give it the ending that fits, or choose another file."
    )


def _media_type(kind: Kind, ending: str, hits: Iterable[puremagic.PureMagicWithConfidence]) -> str:
    """Of what many formats share, the type of the one that the name says."""
    if kind.preview or kind is RUNS:
        return kind.media_type
    exact = (each.mime_type for each in hits if each.extension == f".{ending}" and each.mime_type)
    return next(exact, kind.media_type)


def _is_text(beginning: bytes) -> bool:
    """Whether it reads as UTF-8; the last character may be cut in two."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return _BINARY.search(text) is None
