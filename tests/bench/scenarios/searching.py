"""XC06 one search over everything: 100,000 accounts and 300,000 notes, asked by people who see a part."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec

from tests.bench.reporting import Result
from tests.bench.stage import Stage

ACCOUNTS, NOTES = 100_000, 300_000
_SYLLABLES = tuple("ba ce di fo gu la me ni po ru sa te vi zo ka le mo nu ri to".split())  # noqa: SIM905 - as one reads them
_MANY = 40
_WAIT_SECONDS = 600


async def xc06(stage: Stage) -> Result:
    """Names, beginnings, middles, slips, common words and words of notes, one as often as the other."""
    result = Result("XC06", "search everything", "p95 ≤ 150 ms at 1")
    await _fill(stage)
    asked: dict[str, Callable[[], str]] = {
        "name": lambda: f"{_word(_number())} {_word(_number())}",
        "beginning": lambda: _word(_number())[:5],
        "middle": lambda: _word(_number())[1:6],
        "slip": lambda: _slipped(_word(_number())),
        "common": lambda: "holding",
        "note": lambda: f"delivery {_word(_number())}",
        "nothing": lambda: "qwxyz",
    }

    async def subject(number: int, words: str = "") -> None:
        words = words or random.choice(list(asked.values()))()
        answer = await stage.ask(number, "GET", f"/api/v1/search?q={quote(words)}&limit=20")
        assert answer.startswith(b'{"items":[')

    for name, word in asked.items():
        times = [await _timed(subject, word()) for _ in range(_MANY)]
        result.facts[f"{name}_p50_p95_ms"] = " / ".join(_parts(times))
    await stage.compare(result, ["parties"], subject, None)
    result.facts["p95_ms"] = round(max(each.percentile(0.95) for each in result.subject[1]), 1)
    return result


async def _timed(subject: Any, words: str) -> float:
    begun = time.perf_counter()
    await subject(0, words)
    return (time.perf_counter() - begun) * 1_000


def _parts(times: Sequence[float]) -> list[str]:
    ordered = sorted(times)
    return [f"{ordered[int(len(ordered) * part)]:.1f}" for part in (0.5, 0.95)]


def _number() -> int:
    return random.randrange(20_000)


def _word(number: int) -> str:
    """One of 20,000 words that a made-up language could have; the same in SQL below."""
    base = len(_SYLLABLES)
    places = (number % base, number // base % base, number // base**2 % base, number * 7 % base)
    return "".join(_SYLLABLES[each] for each in places)


def _slipped(word: str) -> str:
    """Two letters in the wrong order, as fingers are faster than one another."""
    return f"{word[:3]}{word[4]}{word[3]}{word[5:]}"


async def _fill(stage: Stage) -> None:
    """Accounts and notes by SQL, and then the words of them as the service takes them in."""
    connection = await asyncpg.connect(stage.system.database("parties"))
    people = list(stage.company.people)
    await connection.execute(_WORDS)
    words = [(number, _word(number)) for number in range(20_000)]
    await connection.copy_records_to_table("made_word", records=words)
    await connection.execute(_ACCOUNTS, people, ACCOUNTS)
    await connection.execute(_NOTES, NOTES, ACCOUNTS)
    for table in ("account", "note"):
        await connection.execute(f"vacuum analyze {table}")
    async with asyncio.timeout(_WAIT_SECONDS):
        while await connection.fetchval(_BEHIND):
            await asyncio.sleep(1)
    await connection.close()
    answer = msgspec.json.decode(await stage.ask(0, "GET", "/api/v1/search?q=holding"))
    assert len(answer["items"]) == 20, answer


_WORDS = "create temp table made_word (number int primary key, said text not null)"
_ACCOUNTS = """
insert into account (id, version, owner_id, created_at, updated_at, created_by, updated_by, keys, wkeys,
                     full_keys, custom, kinds, name, code, phone, email, website, tax_id)
select gen_random_uuid(), 1, owner.id::uuid, now() - (n || ' seconds')::interval,
       now() - (n || ' seconds')::interval, owner.id, owner.id, array[owner.key], array[owner.key],
       array[owner.key], '{}', '{customer}', initcap(first.said) || ' ' || initcap(second.said)
       || case when n % 3 = 0 then ' Holding' else ' Services' end, 'A-' || n,
       '+4021' || lpad((n * 37 % 10000000)::text, 7, '0'), 'office' || n || '@example.com',
       'https://' || first.said || '.example', 'RO' || (1000000 + n)
from generate_series(1, $2::int) n
join made_word first on first.number = n * 7 % 20000
join made_word second on second.number = n * 13 % 20000
join (select row_number() over () - 1 as place, item.id, (item.body ->> 'own_key')::int as key
      from policy_item item where item.kind = 'person' and item.id = any($1)) owner
  on owner.place = n % cardinality($1::text[])
"""
_NOTES = """
insert into note (id, version, entity, record_id, body, visibility, pinned, mentions, created_by,
                  created_at, said_since, worded_at)
select gen_random_uuid(), 1, 'parties.Account', held.id, 'Spoke about the delivery of ' || a.said
       || ' and ' || b.said || '; the holding wants ' || c.said || ' by spring, ' || d.said
       || ' later. Nobody else was there, and the offer of last year still stands as it was sent.',
       'internal', false, '{}', held.created_by, now(), 1, now() - (n || ' seconds')::interval
from generate_series(1, $1::int) n
join made_word a on a.number = n * 11 % 20000
join made_word b on b.number = n * 17 % 20000
join made_word c on c.number = n * 19 % 20000
join made_word d on d.number = n * 23 % 20000
join (select id, created_by, row_number() over (order by id) as place from account) held
  on held.place = n % $2::int + 1
"""
_BEHIND = """
select count(*) < 2 from search_source held where
  (name = 'account' and at >= (select max(updated_at) from account)) or
  (name = 'note' and at >= (select max(worded_at) from note))
"""
