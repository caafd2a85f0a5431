"""Style sheets, modules and icons: read and compressed once, served under an address of their own.

The address carries a hash of all files, so a browser keeps them for good and a new release is
fetched at once; modules find one another because they share the hash.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from starlette.responses import Response

FOLDER = Path(__file__).parents[2] / "static"
SHEETS = (
    "tokens", "base", "frame", "parts", "notices", "overlays", "forms", "inputs", "tables", "lists",
    "record", "notes", "files", "inbox", "highlights", "home", "reports", "board", "chat", "pages",
    "phone",
)  # fmt: skip
FOREVER = "public, max-age=31536000, immutable"
_PDF_WORKER = "dist/pdf/pdf.worker.min.mjs"
_DECODES = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
"""Pictures in documents are unpacked by WebAssembly, in the worker that reads them and nowhere else."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes over the wire."""

    body: bytes
    packed: bytes
    kind: str


class Assets:
    """Every file under static/, and the style sheets as one."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {name: _asset(name, body) for name, body in _read(folder).items()}
        parts = (self._files[name].body for name in sorted(self._files))
        self.version = hashlib.sha256(b"".join(parts)).hexdigest()[:12]

    def url(self, name: str) -> str:
        return f"/static/{self.version}/{name}"

    def icon(self, name: str) -> Markup:
        """An icon to stand in the page itself, where it takes the colour of the text."""
        found = self._files.get(f"dist/icons/{name}.svg")
        drawing = (
            found.body.decode() if found else '<svg viewBox="0 0 24 24" aria-hidden="true"></svg>'
        )
        return Markup(drawing.replace("<svg", '<svg class="icon"', 1).replace("\n", ""))  # noqa: S704 - it is ours

    def response(self, name: str, accepted: str) -> Response:
        """A file, compressed for whoever can read that."""
        asset = self._files.get(name)
        if asset is None:
            return Response("There is no such file.", 404)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if name == _PDF_WORKER:
            headers["Content-Security-Policy"] = _DECODES
        if "gzip" not in accepted:
            return Response(asset.body, media_type=asset.kind, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.kind, headers=headers)


def _read(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    sheets = (files.get(f"css/{name}.css", b"") for name in SHEETS)
    return {**files, "app.css": b"\n".join(sheets)}


def _asset(name: str, body: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, gzip.compress(body, 9, mtime=0), kind)
