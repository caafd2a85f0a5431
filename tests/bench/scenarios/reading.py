"""L1 the newest fifty of one's own, R1 one record, S1 a search by name."""

import random

import msgspec

from tests.bench.reporting import Result
from tests.bench.stage import Stage

_FIELDS = (
    "version,owner_id,created_at,updated_at,name,first_name,last_name,company,email,phone,status,source,"
    "estimated_amount,currency,city,country,description,score,rating"
)


async def l1(stage: Stage) -> Result:
    """The newest 50 of 100,000 private leads, 20 columns and 20 custom fields."""
    result = Result("L1", "list own 50", "≥ 700/s at 16, p50 ≤ 2.6 ms at 1")

    async def subject(number: int) -> None:
        answer = await stage.ask(number, "GET", f"/api/v1/leads?page_size=50&fields={_FIELDS}")
        assert answer.startswith(b'{"items":[{')

    async def floor(number: int) -> None:
        await stage.ask_floor(number, "GET", f"/listed?owner={stage.company.people[number]}")

    return await stage.compare(result, ["parties"], subject, floor)


async def r1(stage: Stage) -> Result:
    """One lead by its id, all fields, access checked."""
    result = Result("R1", "get one", "≤ 1.3 of select, hop and empty request together")
    ids = [await _own_ids(stage, person) for person in range(len(stage.company.people))]

    async def subject(number: int) -> None:
        person = random.randrange(len(ids))
        path = f"/api/v1/leads/{random.choice(ids[person])}"
        await stage.ask(number, "GET", path, person=person)

    async def floor(number: int) -> None:
        owner = stage.company.people[number]
        await stage.ask_floor(number, "GET", f"/one?id={random.choice(ids[number])}&owner={owner}")

    return await stage.compare(result, ["parties"], subject, floor)


async def s1(stage: Stage) -> Result:
    """The twenty newest whose name, company, address or number begins with a word."""
    result = Result("S1", "search", "≥ 900/s at 16, p99 ≤ 45 ms")

    async def subject(number: int) -> None:
        word = f"last{random.randrange(1, 1000)}"
        await stage.ask(number, "GET", f"/api/v1/leads?search={word}&page_size=20&fields={_FIELDS}")

    async def floor(number: int) -> None:
        word, owner = f"last{random.randrange(1, 1000)}", stage.company.people[number]
        await stage.ask_floor(number, "GET", f"/found?word={word}&owner={owner}")

    return await stage.compare(result, ["parties"], subject, floor)


async def _own_ids(stage: Stage, person: int) -> list[str]:
    answer = await stage.ask(0, "GET", "/api/v1/leads?page_size=200&fields=name", person=person)
    return [each["id"] for each in msgspec.json.decode(answer)["items"]]
