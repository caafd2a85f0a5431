"""A closed loop of callers: each asks, waits for the answer, and asks again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tests.bench.machine import Spent, spent, spin

Operation = Callable[[int], Awaitable[None]]
"""One operation of caller number n; it raises when the answer is not the one expected."""


@dataclass(frozen=True)
class Measured:
    """One line of the result."""

    operations: int
    latencies: list[float]
    spent: Spent
    spin: float

    @property
    def per_second(self) -> float:
        return self.operations / self.spent.wall

    @property
    def micros(self) -> float:
        """CPU microseconds for each operation, the load generator's apart."""
        used = sum(used for name, used in self.spent.groups.items() if name != "client")
        return used / self.operations * 1e6

    def share(self, group: str) -> float:
        return self.spent.groups.get(group, 0.0) / self.operations * 1e6

    def percentile(self, part: float) -> float:
        """Milliseconds that this part of the operations stayed within."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1_000


async def measure(
    operation: Operation,
    groups: Mapping[str, list[int]],
    *,
    callers: int,
    seconds: float = 2.0,
    warm_up: float = 0.5,
) -> Measured:
    """Runs callers side by side for some seconds, after a warm-up that is not counted."""
    await _loop(operation, callers, warm_up)
    before = spent(groups)
    latencies = await _loop(operation, callers, seconds)
    return Measured(len(latencies), latencies, spent(groups).since(before), spin())


async def _loop(operation: Operation, callers: int, seconds: float) -> list[float]:
    latencies: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        while (begun := time.perf_counter()) < until:
            await operation(number)
            latencies.append(time.perf_counter() - begun)

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(caller(number))
    return latencies


class Line:
    """One kept-alive HTTP/1.1 connection; written by hand, or the client would be measured."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def open(cls, address: str) -> Self:
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
        return cls(reader, writer, parts.netloc)

    async def ask(
        self, method: str, path: str, headers: str = "", body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body; `headers` are whole lines that end in CRLF."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n{headers}"
        if body or method != "GET":
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        answer = await self._answered(head.encode() + b"\r\n" + body)
        status = int(answer[9:12])
        length = _length(answer.lower())
        return status, await self._reader.readexactly(length) if length else b""

    async def _answered(self, request: bytes) -> bytes:
        """The head of the answer; a line that was closed for idleness is opened again."""
        try:
            self._writer.write(request)
            return await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            port = int(self._host.rpartition(":")[2])
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
            self._writer.write(request)
            return await self._reader.readuntil(b"\r\n\r\n")

    async def form(self, path: str, headers: str, body: bytes) -> tuple[int, bytes]:
        """A form sent; status and body."""
        head, answer = await self._sent_form(path, headers, body)
        return int(head[9:12]), answer

    async def cookie(self, path: str, body: bytes) -> str:
        """A form sent; the cookie that comes back."""
        head, _ = await self._sent_form(path, f"Origin: http://{self._host}\r\n", body)
        for line in head.decode().split("\r\n"):
            if line.lower().startswith("set-cookie:"):
                return line.split(":", 1)[1].split(";")[0].strip()
        raise RuntimeError(f"No cookie: {head.decode()}")

    async def _sent_form(self, path: str, headers: str, body: bytes) -> tuple[bytes, bytes]:
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\n{headers}"
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = _length(answer.lower())
        return answer, await self._reader.readexactly(length) if length else b""

    def close(self) -> None:
        self._writer.close()


def _length(head: bytes) -> int:
    place = head.find(b"\r\ncontent-length:")
    return int(head[place + 17 : head.index(b"\r\n", place + 2)]) if place >= 0 else 0
