"""How tests take files out, and read them."""

import csv
import io
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import msgspec
from crm.v1 import exports_pb2 as pb
from crm.v1.exports_pb2_grpc import ExportsStub

from kit.actor import Actor
from kit.ids import uuid7
from kit.testing.organisation import ALL
from kit.testing.serving import Serving

TOY = "toys.Toy"
TAKES = msgspec.structs.replace(ALL, export=True)
"""The rights of somebody who may take away what she sees."""
_CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def unique(word: str = "Toy") -> str:
    return f"{word}{uuid7().hex}"


async def taken(serving: Serving, actor: Actor, entity: str = TOY, **asked: Any) -> bytes:
    """The whole file."""
    stub: Any = serving.stub(ExportsStub, actor)
    pieces = stub.Export(pb.ExportRequest(entity=entity, **asked), seconds=60)
    return b"".join([piece.data async for piece in pieces])


async def table(
    serving: Serving, actor: Actor, entity: str = TOY, **asked: Any
) -> list[dict[str, str]]:
    """The lines of a CSV file by their headings."""
    return read(await taken(serving, actor, entity, **asked))


def read(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))


async def logged(serving: Serving, actor: Actor, entity: str = TOY) -> list[pb.ExportEntry]:
    """What the audit says, latest first."""
    stub: Any = serving.stub(ExportsStub, actor)
    return list((await stub.Log(pb.ExportLogRequest(entity=entity))).items)


def sheet(file: bytes, number: int = 1) -> list[dict[str, tuple[str, str, str]]]:
    """Rows of a workbook: of each cell by its column the type, the value and the style."""
    book = ZipFile(io.BytesIO(file))
    root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - ours
    return [
        {
            cell.get("r", "").rstrip("0123456789"): (
                cell.get("t", "n"),
                "".join(cell.itertext()),
                cell.get("s", ""),
            )
            for cell in row.iter(f"{_CELLS}c")
        }
        for row in root.iter(f"{_CELLS}row")
    ]
