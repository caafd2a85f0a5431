"""What scenarios stand on: the system, its company, lines to both, and rounds in turn."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.bench.company import Company
from tests.bench.load import Line, Operation, measure
from tests.bench.reporting import Result
from tests.bench.system import System

ROUNDS, CALLERS = 4, (1, 16)


@dataclass
class Stage:
    """One run of the suite."""

    system: System
    company: Company
    floor_address: str
    floor_pid: int
    lines: Sequence[Line]
    floor_lines: Sequence[Line]
    rounds: int = ROUNDS

    async def ask(
        self,
        number: int,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        expect: int = 200,
        person: int | None = None,
    ) -> bytes:
        """One request on line `number`, by the person named or by anybody, as in a company."""
        sent = b"" if body is None else msgspec.json.encode(body)
        caller = random.randrange(len(self.company.headers)) if person is None else person
        header = self.company.header(caller)
        status, answer = await self.lines[number].ask(method, path, header, sent)
        if status != expect:
            raise RuntimeError(f"{method} {path}: {status} {answer[:300].decode()}")
        return answer

    async def ask_floor(
        self, number: int, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> bytes:
        """The same of the bare process."""
        sent = b"" if body is None else msgspec.json.encode(body)
        status, answer = await self.floor_lines[number].ask(method, path, "", sent)
        if status != 200:
            raise RuntimeError(f"floor {path}: {status} {answer[:300].decode()}")
        return answer

    async def compare(
        self, result: Result, services: Sequence[str], subject: Operation, floor: Operation | None
    ) -> Result:
        """Subject and floor in turn, the order changing from round to round."""
        groups = self.system.groups(*services)
        bare = {
            "floor": [self.floor_pid],
            "postgres": groups["postgres"],
            "client": groups["client"],
        }
        for number in range(self.rounds):
            for callers in CALLERS:
                first = number % 2 == 0
                below = await measure(floor, bare, callers=callers) if floor and first else None
                above = await measure(subject, groups, callers=callers)
                if floor and not first:
                    below = await measure(floor, bare, callers=callers)
                result.add(callers, above, below)
        return result


async def opened(address: str, count: int) -> list[Line]:
    """Lines to an address, once it answers."""
    async with asyncio.timeout(20):
        while True:
            with suppress(OSError):
                return [await Line.open(address) for _ in range(count)]
            await asyncio.sleep(0.1)
