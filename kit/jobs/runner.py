"""Jobs in the background: a batch of each in turn, until nothing of it is left."""

import asyncio
import contextlib
import secrets
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from kit.actor import Actor, calls
from kit.database.faults import outage
from kit.errors import Busy, Problem, Unavailable
from kit.jobs.leases import LeaseLost, Leases
from kit.telemetry.logs import log

_POLL_SECONDS = 1.0


class Job(Protocol):
    """What every job says of itself."""

    @property
    def id(self) -> UUID: ...

    @property
    def entity(self) -> str: ...

    @property
    def actor(self) -> Actor: ...


J = TypeVar("J", bound=Job)


class Runner(ABC, Generic[J]):
    """Works on the jobs of one table; the processes of a service share them by leases."""

    kind: ClassVar[str]
    """What its lines in the log begin with."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._poked = asyncio.Event()

    @abstractmethod
    def job_of(self, row: Any) -> J:
        """The job that a row tells of."""

    @abstractmethod
    async def advance(self, job: J) -> None:
        """Does one batch, or ends a job of which nothing is left."""

    def forget(self, job: J) -> None:
        """Drops what was remembered of a job between two batches."""

    def poke(self) -> None:
        """There is a new job."""
        self._poked.set()

    async def run(self) -> None:
        """Works until it is cancelled, then lets others go on at once."""
        try:
            while True:
                if not await self._stepped():
                    await self._rest()
        finally:
            with contextlib.suppress(Exception):
                await self._leases.release()

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await self._poked.wait()
        self._poked.clear()

    async def _stepped(self) -> bool:
        try:
            return await self.step()
        except Exception as error:  # noqa: BLE001 - the database may answer next time
            log.error(f"{self.kind}.step_failed", exc_info=error)
            return False

    async def step(self) -> bool:
        """One batch of one job; False when there is nothing to do."""
        row = await self._leases.claim()
        if row is None:
            return False
        job = self.job_of(row)
        calls(job.actor)
        await self.attempt(job)
        return True

    async def attempt(self, job: J) -> None:
        """One batch; what stands in its way lets the job wait, or ends it with a sentence."""
        try:
            await self.advance(job)
        except LeaseLost:
            self.forget(job)
        except (Unavailable, Busy) as problem:
            await self._leases.pause(job.id, problem.message)
        except Problem as problem:
            await self.end(job, problem.message)
        except Exception as error:  # noqa: BLE001 - a bug ends the job, not the process
            if away := outage(error):
                await self._leases.pause(job.id, away.message)
                return
            number = secrets.token_hex(6)
            log.error(f"{self.kind}.failed", reference=number, exc_info=error)
            await self.end(job, f"Something went wrong on our side. Reference {number}.")

    async def end(self, job: J, error: str = "") -> None:
        """Nothing of the job is left, or nothing that could be done."""
        self.forget(job)
        await self._leases.end(job.id, error)
        log.info(f"{self.kind}.ended", entity=job.entity, job=str(job.id), error=error)
