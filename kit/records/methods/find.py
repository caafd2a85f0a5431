"""Finding records by the value of a field: what an import needs to turn names into ids."""

import asyncio
from typing import Any

from crm.v1 import records_pb2 as pb
from rapidfuzz import fuzz
from rapidfuzz import process as nearest
from sqlalchemy import Text, cast, select

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.entity import Level
from kit.errors import Invalid
from kit.records.process import Process
from kit.text.folding import folded, typed

_CANDIDATES = 20_000
_NEAR = 60


async def found(process: Process, permit: Permit, request: pb.FindRequest) -> pb.FoundList:
    """For each value the records that have it, whatever case and accents, or the nearest that exists."""
    record = permit.record
    if (known := permit.fields.get(request.field)) is None:
        raise Invalid(field=f"There is no field {request.field!r}.")
    column = cast(known.column, Text)
    within = reachable(record, permit.reach(Level.READ), Level.READ)
    wanted = {typed(value): value for value in request.values}
    rows = await process.reader.rows(
        select(record.__table__.c.id, folded(column)).where(folded(column).in_(wanted), within)
    )
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(row[1], []).append(str(row[0]))
    missing = [value for key, value in wanted.items() if key not in ids]
    near = await _near(process, column, within, missing) if request.suggest and missing else {}
    items = [pb.Found(value=wanted[key], ids=known) for key, known in ids.items()]
    return pb.FoundList(items=[*items, *(pb.Found(value=v, suggestion=s) for v, s in near.items())])


async def _near(process: Process, column: Any, within: Any, missing: list[str]) -> dict[str, str]:
    rows = await process.reader.rows(
        select(column).where(within, column.is_not(None)).distinct().limit(_CANDIDATES)
    )
    existing = [row[0] for row in rows]
    found: dict[str, str] = {}
    for value in missing:
        # Each takes milliseconds, and others wait for this process too.
        await asyncio.sleep(0)
        match = nearest.extractOne(value, existing, scorer=fuzz.WRatio, score_cutoff=_NEAR)
        if match:
            found[value] = match[0]
    return found
