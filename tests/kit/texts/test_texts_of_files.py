"""XC-06: what files say is read in a process of its own, and nothing that a file does goes further."""

import io
import zipfile
from collections.abc import Mapping

import pytest
from pypdf import PdfReader, PdfWriter
from xlsxwriter import Workbook

from cli.demo.papers import docx, pdf
from kit.texts import reading
from kit.texts.reading import extracted

PDF, WORD = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)


def sheet() -> bytes:
    made = io.BytesIO()
    with Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "Wärmepumpe")
        page.write(0, 1, 4711)
    return made.getvalue()


def locked(password: str) -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf(["Hidden words"]))))
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in parts.items():
            written.writestr(name, data)
    return made.getvalue()


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document><w:t>&a;</w:t></w:document>'


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("text/plain", b"\xef\xbb\xbfPlain words\n", "Plain words\n"),
        (PDF, pdf(["An offer", "in two lines"]), "An offer\nin two lines"),
        (WORD, docx(["First & last", "second"]), "First & last\nsecond"),
        ("application/zip", sheet(), "4711\nWärmepumpe"),
        ("application/zip", archive({"notes.txt": b"no document"}), ""),
    ],
    ids=["plain", "pdf", "docx", "xlsx", "archive"],
)
async def test_the_text_of_a_file_is_read(kind: str, data: bytes, text: str) -> None:
    told = await extracted(kind, data)
    assert sorted(told.get("text", "").split("\n")) == sorted(text.split("\n"))


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        (PDF, locked("secret"), "encrypted"),
        (PDF, b"%PDF-1.4 nothing behind it", "damaged"),
        (WORD, archive({"word/document.xml": BOMB}), "document type"),
        (WORD, archive({"word/document.xml": b" " * (65 * 1024 * 1024)}), "longer"),
        (WORD, b"PK\x03\x04 cut short", "damaged"),
    ],
    ids=["encrypted", "broken pdf", "entities", "bomb", "broken archive"],
)
async def test_what_cannot_be_read_says_why(kind: str, data: bytes, why: str) -> None:
    assert why in (await extracted(kind, data))["error"]


async def test_what_takes_too_long_is_killed() -> None:
    told = await extracted("text/plain", b"words", seconds=0.0)
    assert told == {"error": reading._GAVE_UP}
