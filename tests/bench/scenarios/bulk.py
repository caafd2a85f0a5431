"""W3 a thousand leads handed over in one call, each with its rules, its history and its event."""

import asyncio

import msgspec

from tests.bench.load import Measured
from tests.bench.machine import spent, spin
from tests.bench.reporting import Result
from tests.bench.stage import Stage

# People whose leads no other scenario has touched yet.
_FIRST, _LAST = 40, 48
_POLL_SECONDS = 0.02


async def w3(stage: Stage) -> Result:
    """Each hands all that she owns to the next; counted by rows."""
    result = Result("W3", "hand over 1,000 leads", "≥ 25,000 rows/s")
    groups = stage.system.groups("parties")
    for person in range(_FIRST, _LAST, 2):
        before = spent(groups)
        rows = await _handed_over(stage, person, stage.company.people[person + 1])
        since = spent(groups).since(before)
        result.add(1, Measured(rows, [since.wall], since, spin()), None)
    return result


async def _handed_over(stage: Stage, person: int, to: str) -> int:
    asked = {"filter": "owner_id = me()", "values": {"owner_id": to}}
    answer = await stage.ask(0, "POST", "/api/v1/leads:bulk", asked, expect=202, person=person)
    bulk = msgspec.json.decode(answer)
    while not bulk["ended_at"]:
        await asyncio.sleep(_POLL_SECONDS)
        found = await stage.ask(0, "GET", f"/api/v1/bulks/{bulk['id']}", person=person)
        bulk = msgspec.json.decode(found)
    if bulk["changed"] != bulk["rows"]:
        raise RuntimeError(f"{bulk['refused']} leads were refused.")
    return int(bulk["rows"])
