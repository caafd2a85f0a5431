"""W1 a lead taken in, W2 a lead converted while others try the same, B2 a slot that sixteen want."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec

from tests.bench.load import Measured
from tests.bench.machine import spent, spin
from tests.bench.reporting import Result
from tests.bench.stage import Stage

_numbers = itertools.count(1)


async def w1(stage: Stage) -> Result:
    """Validated, keyed, stored with history and event."""
    result = Result("W1", "create a lead", "≥ 450/s at 16")

    async def subject(number: int) -> None:
        await stage.ask(number, "POST", "/api/v1/leads", _lead(), expect=201)

    async def floor(number: int) -> None:
        await stage.ask_floor(
            number, "POST", "/created", _lead() | {"owner": stage.company.people[number]}
        )

    return await stage.compare(result, ["parties"], subject, floor)


def _lead() -> dict[str, str]:
    n = next(_numbers)
    return {"last_name": f"New{n}", "company": f"Firm {n}", "email": f"new{n}@example.com"}


async def w2(stage: Stage) -> Result:
    """Each lead once for the figures; then five leads by sixteen callers at once, for the doubles."""
    result = Result("W2", "convert a lead", "≥ 300/s at 16, no double conversion")
    groups = stage.system.groups("parties", "sales")
    for callers in (1, 16):
        for _ in range(2):
            ids = await _fresh(stage, 400 if callers == 1 else 1_600)
            result.add(callers, await _convert(stage, ids, callers, groups), None)
    result.facts["double conversions"] = await _raced(stage)
    return result


async def _fresh(stage: Stage, count: int) -> list[list[str]]:
    """Qualified leads, by the caller who owns them."""
    made: list[list[str]] = [[] for _ in stage.lines]

    async def make(number: int) -> None:
        for _ in range(count // len(stage.lines)):
            lead = _lead() | {"status": "qualified"}
            answer = await stage.ask(
                number, "POST", "/api/v1/leads", lead, expect=201, person=number
            )
            made[number].append(msgspec.json.decode(answer)["id"])

    async with asyncio.TaskGroup() as group:
        for number in range(len(stage.lines)):
            group.create_task(make(number))
    return made


async def _convert(
    stage: Stage, ids: list[list[str]], callers: int, groups: dict[str, list[int]]
) -> Measured:
    """Every lead once; with one caller, only that caller's."""
    latencies: list[float] = []
    before = spent(groups)

    async def caller(number: int) -> None:
        for lead in ids[number]:
            begun = asyncio.get_running_loop().time()
            await stage.ask(number, "POST", f"/api/v1/leads/{lead}:convert", {}, person=number)
            latencies.append(asyncio.get_running_loop().time() - begun)

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(caller(number))
    return Measured(len(latencies), latencies, spent(groups).since(before), spin())


async def _raced(stage: Stage) -> int:
    """Sixteen callers convert one lead; whoever gets another answer counts as a double conversion."""
    ids = await _fresh(stage, len(stage.lines) * 5)
    doubles = 0
    for lead in ids[0]:
        answers: list[bytes] = []

        async def race(number: int, lead: str = lead, answers: list[bytes] = answers) -> None:
            header = stage.company.header(0)
            path = f"/api/v1/leads/{lead}:convert"
            status, answer = await stage.lines[number].ask("POST", path, header, b"{}")
            if status == 200:
                answers.append(answer)

        async with asyncio.TaskGroup() as group:
            for number in range(len(stage.lines)):
                group.create_task(race(number))
        if not answers:
            raise RuntimeError(f"Nobody could convert {lead}.")
        doubles += _more_than_one(answers)
    return doubles


def _more_than_one(answers: list[bytes]) -> int:
    """By how many accounts, contacts and opportunities the answers tell of more than one of each."""
    told = [msgspec.json.decode(answer) for answer in answers]
    parts = ("account_id", "contact_id", "opportunity_id")
    made = ({each[name] for each in told if each.get(name)} for name in parts)
    return sum(max(len(ids), 1) - 1 for ids in made)


async def b2(stage: Stage) -> Result:
    """Sixteen callers want the next three slots of one room."""
    result = Result("B2", "one resource, sixteen callers", "0 overlaps, 0 deadlocks, p99 ≤ 40 ms")
    made = await stage.ask(
        0, "POST", "/api/v1/resources", {"name": "Room", "kind": "room"}, expect=201
    )
    room = msgspec.json.decode(made)["id"]
    taken = itertools.count()
    first = datetime(2030, 1, 1, tzinfo=UTC)

    async def attempt(number: int) -> None:
        slot = first + timedelta(minutes=30 * (next(taken) // 6))
        times = {"starts_at": _instant(slot), "ends_at": _instant(slot + timedelta(minutes=30))}
        body = msgspec.json.encode({"resource_id": room, "purpose": "Bench"} | times)
        status, answer = await stage.lines[number].ask(
            "POST", "/api/v1/bookings", stage.company.header(number), body
        )
        if status not in (201, 409):
            raise RuntimeError(f"booking: {status} {answer[:200].decode()}")

    await stage.compare(result, ["scheduling"], attempt, None)
    result.facts |= await _checked(stage, room)
    return result


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def _checked(stage: Stage, room: str) -> dict[str, int]:
    """What the database says happened."""
    connection = await asyncpg.connect(stage.system.database("scheduling"))
    overlaps = await connection.fetchval(
        "select count(*) from booking a join booking b on a.resource_id = b.resource_id and a.id < b.id "
        "and a.starts_at < b.ends_at and b.starts_at < a.ends_at "
        "where a.resource_id = $1 and a.status = 'booked' and b.status = 'booked'",
        room,
    )
    deadlocks = await connection.fetchval(
        "select deadlocks from pg_stat_database where datname = current_database()"
    )
    await connection.close()
    return {"overlaps": overlaps, "deadlocks": deadlocks}
