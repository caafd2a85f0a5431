"""XC-04: what a file is by its content, and which names are believed."""

import io
import zipfile

import pytest

from kit.beside.files.kinds import content_of, name_of, preview_of
from kit.errors import Invalid


def _zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return packed.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1"
JPEG = b"\xff\xd8\xff\xe1\0\x10Exif\0\0II*\0"
WINDOWS, LINUX, MAC = b"MZ\x90\0\3\0\0\0\4\0", b"\x7fELF\2\1\1\0\0\0", b"\xcf\xfa\xed\xfe\7\0\0\1\3"
OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
NEW = _zipped("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "media_type", "preview"),
    [
        ("offer.pdf", PDF, "application/pdf", "pdf"),
        ("offer.PDF", PDF, "application/pdf", "pdf"),
        ("offer", PDF, "application/pdf", "pdf"),
        ("logo.png", PNG, "image/png", "picture"),
        ("photo.jpeg", JPEG, "image/jpeg", "picture"),
        ("a.gif", b"GIF89a\1\0\1\0", "image/gif", "picture"),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp", "picture"),
        ("notes.txt", b"Two of them, 3 \xe2\x82\xac each.", "text/plain", "text"),
        ("cut.txt", b"x" * (64 * 1024 - 1) + "ă".encode(), "text/plain", "text"),
        ("list.csv", b"a;b\n1;2\n", "text/plain", "text"),
        ("page.html", b"<!DOCTYPE html><script>alert(1)</script>", "text/plain", "text"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()">', "text/plain", "text"),
        ("BMW.txt", b"BMW and MZ are letters.", "text/plain", "text"),
        ("data.bin2", b"\0\1\2\3", "application/octet-stream", ""),
        ("setup.exe", WINDOWS, "application/octet-stream", ""),
        (
            "letter.docx",
            NEW,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "",
        ),
        ("old.doc", OLD, "application/msword", ""),
    ],
)  # fmt: skip
def test_content_is_told_by_its_bytes(
    name: str, content: bytes, media_type: str, preview: str
) -> None:
    """HTML and SVG are text: nothing that could run has a type of its own, whatever its name says."""
    found = content_of(name, content)
    assert (found.media_type, found.preview) == (media_type, preview)
    assert preview_of(found.media_type) == preview


@pytest.mark.parametrize(
    ("name", "content", "is_"),
    [
        ("offer.pdf", b"<html>", "plain text"),
        ("offer.pdf", WINDOWS, "a program"),
        ("holiday.jpg", LINUX, "a program"),
        ("holiday.jpg", PNG, "a PNG picture"),
        ("readme", MAC, "a program"),
        ("readme.txt", PDF, "a PDF document"),
        ("page.html", WINDOWS, "a program"),
        ("sheet.xlsx", b"a;b;c", "plain text"),
        ("sheet.xlsx", OLD, "an older Office document"),
        ("photo.png", b"\0\1\2\3", "something else"),
    ],
)
def test_a_name_that_says_something_else_is_refused(name: str, content: bytes, is_: str) -> None:
    with pytest.raises(Invalid) as refused:
        content_of(name, content)
    assert f"the content is {is_}" in refused.value.fields["name"]


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "..", "a/b.txt", "..\\b.txt", "a\nb.txt", "a\0.txt", "x" * 201,
        "invoice\u202etxt.exe", "\u200b", "x" * 180_000,
    ],
)  # fmt: skip
def test_names_that_lead_astray_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        name_of(name)
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" offer.pdf ", "offer.pdf"), ("Ofertă.pdf", "Ofertă.pdf"), ("Oferta\u0306", "Ofertă")],
)
def test_names_are_kept_as_people_read_them(typed: str, kept: str) -> None:
    assert name_of(typed) == kept
