"""Argon2id for passwords, in a few threads; what they cannot take at once is turned away."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from kit.errors import Busy
from services.identity.model.passwords import LONGEST

T = TypeVar("T")

_THREADS = 2
_WAITING = 32


class Passwords:
    """Makes and compares hashes; one for the whole process, so that the bound holds."""

    def __init__(self, threads: int = _THREADS, waiting: int = _WAITING) -> None:
        # 19 MiB and two passes: the least that OWASP asks for, and what a burst can afford.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
        self._threads = threads
        self._most = threads + waiting
        self._inside = 0
        self._pool: ThreadPoolExecutor | None = None
        self._nobodys = ""

    async def __aenter__(self) -> Self:
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="argon2")
        self._nobodys = await self.hashed("nobody has this password")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def hashed(self, password: str) -> str:
        """The hash to keep."""
        return await self._apart(lambda: self._hasher.hash(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one; where none is kept, the same work is done for nothing."""
        known = kept if kept and len(password) <= LONGEST else self._nobodys
        same = await self._apart(lambda: self._same(known, password[:LONGEST]))
        return same and known is kept

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _same(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _apart(self, work: Callable[[], T]) -> T:
        if self._inside >= self._most:
            raise Busy("Many people are signing in right now; try again.", retry_after=1)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._inside -= 1
