"""The files of the demonstration company: offers as PDF, plans of sites as pictures, minutes as documents."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from xml.sax.saxutils import escape

from cli.demo.content.company import Company
from cli.demo.content.rows import Reference, chance
from cli.demo.content.vocabulary import phrases

ON_DEALS, ON_ACCOUNTS = 24, 12
_PLAN = (320, 200)
_WHITE, _WALL, _HALLS = (
    (255, 255, 255),
    (60, 66, 77),
    ((226, 238, 250), (238, 243, 227), (250, 238, 222)),
)


@dataclass(frozen=True)
class Paper:
    """A file on a record, put there by the one who is responsible for it."""

    on: Reference
    by: str
    name: str
    content: bytes


def papers(made: Company) -> list[Paper]:
    """Offers on deals, and what a visit leaves on accounts: where there is something to say already."""
    dice = chance(made.seed, "papers")
    noted = {each.on: each.by for each in made.remarks}
    deals = [on for on in noted if on.plural == "opportunities"][:ON_DEALS]
    accounts = [on for on in noted if on.plural == "accounts"][:ON_ACCOUNTS]
    return [
        *(_offer(on, noted[on]) for on in deals),
        *(paper for on in accounts for paper in _of_visit(dice, on, noted[on])),
    ]


def _offer(on: Reference, by: str) -> Paper:
    lines = [f"Offer {on.value}", "", "Valid for 30 days.", "Delivery within four weeks."]
    return Paper(on, by, f"offer-{on.value}.pdf", pdf(lines))


def _of_visit(dice: Random, on: Reference, by: str) -> Iterator[Paper]:
    said = [f"Visit of {on.value}", dice.choice(phrases().needs)]
    if dice.random() < 0.5:  # noqa: PLR2004 - some write in one program, some in another
        yield Paper(on, by, "minutes.docx", docx(said))
    else:
        yield Paper(on, by, "minutes.txt", "\n\n".join([*said, ""]).encode())
    if dice.random() < 0.5:  # noqa: PLR2004 - every other site
        yield Paper(on, by, "site-plan.png", plan(dice))


def pdf(lines: Sequence[str]) -> bytes:
    """One page of text in Helvetica, which every reader has (ISO 32000-1, 7.5)."""
    told = (line.encode("latin-1", "replace").translate(_PLAIN) for line in lines)
    shown = b" T* ".join(b"(" + line + b") Tj" for line in told)
    text = b"BT /F1 14 Tf 20 TL 72 770 Td " + shown + b" ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        font,
    ]
    return _written(objects)


_PLAIN = bytes(each if each not in b"()\\" else ord("'") for each in range(256))
"""Parentheses and backslashes would end a text."""


def _written(objects: Sequence[bytes]) -> bytes:
    """The objects with the table that says where each begins."""
    body, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(body) + tail % (count, table, count, len(body))


def docx(lines: Sequence[str]) -> bytes:
    """Paragraphs as a text processor keeps them, with nothing but what it cannot do without (ECMA-376)."""
    said = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*_FRAME.items(), ("word/document.xml", _DOCUMENT % said)):
            # Without a moment, so that the same company has the same files.
            archive.writestr(zipfile.ZipInfo(name), _XML + text)
    return made.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SCHEMAS = "http://schemas.openxmlformats.org"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_DOCUMENT = (
    f'<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
)
_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{_SCHEMAS}/package/2006/content-types"><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship '
    f'Id="r1" Type="{_SCHEMAS}/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
}


def plan(dice: Random) -> bytes:
    """Three halls from above, as a PNG picture."""
    width, height = _PLAN
    walls = sorted(dice.sample(range(40, width - 40, 20), 2))
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(_colour(x, y, walls))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in parts)


def _colour(x: int, y: int, walls: Sequence[int]) -> tuple[int, int, int]:
    width, height = _PLAN
    if min(x, y, width - 1 - x, height - 1 - y) < 12:  # noqa: PLR2004 - the yard around
        return _WHITE
    if any(abs(x - wall) < 2 for wall in walls):  # noqa: PLR2004 - a wall is so thick
        return _WALL
    return _HALLS[sum(x > wall for wall in walls)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
