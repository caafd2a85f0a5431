"""E2 how long after a commit another service has heard of it; X3 what the system weighs at rest."""

import asyncio
import time

import msgspec
import nats
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

from tests.bench.load import Measured
from tests.bench.machine import proportional_memory, spent, spin
from tests.bench.reporting import Result
from tests.bench.stage import Stage

_EVENTS, _PER_SECOND = 1_000, 200
_GIB = 2**30


async def e2(stage: Stage) -> Result:
    """200 creates a second in sales; from the caller's reply, which comes after the commit, to delivery."""
    result = Result("E2", "event latency", "p50 ≤ 20 ms, p99 ≤ 100 ms")
    connection = await nats.connect(stage.system.nats_url)
    heard: dict[str, float] = {}

    async def hear(message: Msg) -> None:
        heard[(message.headers or {}).get("ce-subject", "")] = time.perf_counter()

    subscription = await connection.jetstream().subscribe(
        "crm.sales.product.created", cb=hear, deliver_policy=DeliverPolicy.NEW
    )
    groups = stage.system.groups("sales")
    before = spent(groups)
    committed = await _commits(stage)
    async with asyncio.timeout(30):
        while not committed.keys() <= heard.keys():
            await asyncio.sleep(0.01)
    latencies = [max(0.0, heard[each] - at) for each, at in committed.items()]
    result.add(1, Measured(len(latencies), latencies, spent(groups).since(before), spin()), None)
    await subscription.unsubscribe()
    await connection.close()
    result.facts |= await _handled(stage)
    return result


async def _commits(stage: Stage) -> dict[str, float]:
    """When the reply to each create came, by the record's id; an even pace."""
    committed: dict[str, float] = {}
    begun = time.perf_counter()

    async def commit(line: int, place: int) -> None:
        await asyncio.sleep(max(0.0, begun + place / _PER_SECOND - time.perf_counter()))
        body = {"name": f"Measured {place} {begun}", "price": "1", "currency": "EUR"}
        answer = await stage.ask(line, "POST", "/api/v1/products", body, expect=201)
        committed[msgspec.json.decode(answer)["id"]] = time.perf_counter()

    async def one_line(line: int) -> None:
        for place in range(line, _EVENTS, len(stage.lines)):
            await commit(line, place)

    async with asyncio.TaskGroup() as group:
        for line in range(len(stage.lines)):
            group.create_task(one_line(line))
    return committed


async def _handled(stage: Stage) -> dict[str, str]:
    """One win after another: from sales' transaction to campaigns', each at its beginning."""
    import asyncpg

    sales = await asyncpg.connect(stage.system.database("sales"))
    campaigns = await asyncpg.connect(stage.system.database("campaigns"))
    for number in range(200):
        body = {"name": f"Won {number}", "amount": "10", "currency": "EUR"}
        deal = msgspec.json.decode(
            await stage.ask(0, "POST", "/api/v1/opportunities", body, expect=201, person=0)
        )
        won = {"amount": "10", "reason": "Measured"}
        await stage.ask(0, "POST", f"/api/v1/opportunities/{deal['id']}:win", won, person=0)
    subject = "crm.sales.opportunity.updated"
    told = await sales.fetch(
        "select id, created_at from outbox where subject = $1 order by seq desc limit 200", subject
    )
    ids = [row["id"] for row in told]
    query = "select event_id, min(handled_at) as at from inbox where event_id = any($1) group by 1"
    async with asyncio.timeout(30):
        while len(heard := await campaigns.fetch(query, ids)) < len(ids):
            await asyncio.sleep(0.05)
    at = {row["event_id"]: row["at"] for row in heard}
    delays = sorted((at[row["id"]] - row["created_at"]).total_seconds() * 1_000 for row in told)
    await sales.close()
    await campaigns.close()
    middle, slow = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
    return {"transaction to handler's transaction": f"p50 {middle:.1f} ms, p99 {slow:.1f} ms"}


async def x3(stage: Stage) -> Result:
    """Seconds of a second start, memory and CPU at rest."""
    result = Result("X3", "footprint", "ready ≤ 15 s, ≤ 1.2 GB")
    pids = list(stage.system.processes.values())
    await asyncio.sleep(3)
    before = spent({"system": pids})
    await asyncio.sleep(5)
    idle = spent({"system": pids}).since(before)
    result.facts = {
        "second start": f"{stage.system.started_in:.1f} s",
        "memory (PSS)": f"{proportional_memory(pids) / _GIB:.2f} GiB",
        "idle": f"{idle.groups['system'] / idle.wall:.1%} of a core",
    }
    return result
