"""Dead letters by hand, in a service's container.

`python -m kit.events.consuming.dead_letter_commands list|replay|drop`
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from kit.database.engine import connected
from kit.database.transaction import Transaction
from kit.errors import Problem
from kit.events.consuming import dead_letters
from kit.events.consuming.dead_letters import Letter
from kit.settings import one

# Longer than any handler may take.
_PATIENCE_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.2
_MANY = 10_000


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[Transaction]:
    async with connected(url, size=1) as database, database.transaction() as transaction:
        yield transaction


async def listed(url: str) -> list[Letter]:
    """The letters of one service that wait for a decision."""
    async with _transaction(url) as transaction:
        return await dead_letters.waiting(transaction, limit=_MANY)


async def dropped(url: str, letter_id: UUID) -> str:
    """Throws a letter away; says what became of it."""
    async with _transaction(url) as transaction:
        await dead_letters.discard(transaction, letter_id)
    return "dropped"


async def replayed(url: str, letter_id: UUID) -> str:
    """Has a letter handled by the service that runs; says what became of it."""
    async with _transaction(url) as transaction:
        await dead_letters.ask_for_replay(transaction, letter_id)
    clock = asyncio.get_running_loop().time
    until = clock() + _PATIENCE_SECONDS
    while True:
        letter = await _found(url, letter_id)
        if letter.replayed_at:
            return "handled"
        if letter.replay_asked_at is None:
            return f"failed again: {letter.error}"
        if clock() > until:
            return "is asked for, and the service has not taken it up"
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _found(url: str, letter_id: UUID) -> Letter:
    async with _transaction(url) as transaction:
        return await dead_letters.find(transaction, letter_id)


def line(letter: Letter) -> str:
    """A letter as one line for a person."""
    parked = f"{letter.parked_at:%Y-%m-%d %H:%M}" if letter.parked_at else ""
    return f"{letter.id}  {parked}  {letter.consumer}  {letter.subject}  {letter.error}"


ACTIONS = {"replay": replayed, "drop": dropped}


def main(words: list[str]) -> None:
    """Reads the command line; a wrong word or id is one sentence."""
    url = one("DATABASE_URL", os.environ)
    match words:
        case ["list"]:
            print(*map(line, asyncio.run(listed(url))), sep="\n")  # noqa: T201 - a command tells its result
        case ["replay" | "drop" as action, *ids] if ids:
            for each in ids:
                print(each, asyncio.run(_done(action, url, each)))  # noqa: T201 - a command tells its result
        case _:
            raise SystemExit("Say list, replay ID… or drop ID…")


async def _done(action: str, url: str, letter_id: str) -> str:
    try:
        return await ACTIONS[action](url, UUID(letter_id))
    except ValueError:
        return "is no id"
    except Problem as problem:
        return problem.message


if __name__ == "__main__":
    main(sys.argv[1:])
