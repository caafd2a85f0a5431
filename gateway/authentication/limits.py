"""Sessions and rate limits in Valkey, both in one round trip."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from gateway.authentication.callers import digest
from gateway.authentication.leases import Leases
from gateway.authentication.script import Script
from gateway.config import Settings
from kit.errors import Busy, Unavailable
from kit.settings import without_password
from kit.telemetry import metrics
from kit.telemetry.logs import log

_SECONDS = 0.5
# For these redis-py has no classes: the disk is full, or nobody is there to whom it could copy.
_CANNOT_WRITE = ("MISCONF", "NOREPLICAS")
_MOST = 10_000
_GOES_ON = "the gateway goes on with tokens alone, and nobody can sign in until it does."

# The bucket's key follows from the session, so this wants one Valkey and not a cluster of shards.
_SCRIPT = """
local session = false
local who, rate, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if KEYS[1] ~= 'none' then session = redis.call('GET', KEYS[1]) end
if session then
  who = 'person:' .. string.sub(session, 1, 36)
  rate, burst = tonumber(ARGV[4]), tonumber(ARGV[5])
end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local key = 'limit:' .. who
local held = redis.call('HMGET', key, 'left', 'at')
local left = tonumber(held[1]) or burst
left = math.min(burst, left + math.max(0, now - (tonumber(held[2]) or now)) * rate)
local wait, taken = 0, math.min(tonumber(ARGV[6]), math.floor(left))
if taken >= 1 then left = left - taken else wait = math.ceil((1 - left) / rate) end
redis.call('HSET', key, 'left', tostring(left), 'at', string.format('%.6f', now))
redis.call('EXPIRE', key, math.ceil(burst / rate) + 1)
return {session, wait, taken}
"""


@dataclass(frozen=True, slots=True)
class CachedSession:
    """A session as Valkey keeps it between two looks at the truth in PostgreSQL."""

    person_id: str
    handle: str
    csrf: str
    epoch: int

    def text(self) -> str:
        return f"{self.person_id}|{self.handle}|{self.csrf}|{self.epoch}"

    @classmethod
    def read(cls, text: bytes) -> "CachedSession":
        person_id, handle, csrf, epoch = text.decode().split("|")
        return cls(person_id, handle, csrf, int(epoch))


@dataclass
class Limits:
    """Counts every request, and finds the session of those that come with a cookie."""

    settings: Settings
    valkey: Redis
    local: "LocalBuckets" = field(init=False)

    def __post_init__(self) -> None:
        self.local = LocalBuckets()
        self._leases = Leases()
        self._script = Script(self.valkey, _SCRIPT)

    @classmethod
    def connected(cls, settings: Settings) -> "Limits":
        """Waits half a second for those before and as long for the answer: then it is refused."""
        valkey = Redis.from_url(
            settings.redis_url,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            # That a connection has ended may be news, that Valkey hangs is none.
            retry=Retry(NoBackoff(), 1, (Disconnected,)),
        )
        return cls(settings, valkey)

    async def say_if_away(self) -> None:
        """Tells at the start that Valkey does not answer, and what becomes of the gateway."""
        try:
            await self.valkey.ping()
        except (RedisError, OSError) as error:
            place = without_password(self.settings.redis_url)
            told = f"REDIS_URL: Valkey at {place} does not answer ({error}); {_GOES_ON}"
            log.error("valkey.unreachable", told=told)

    async def by_session(self, session_id: str, address: str) -> CachedSession | None:
        """The session that Valkey knows; without Valkey nobody is let in by cookie."""
        key = _session_key(session_id)
        try:
            found, wait, _ = await self._run(key, f"address:{address}", stranger=True)
        except RedisError as error:
            metrics.CACHE_REQUESTS.labels("session", "error").inc()
            log.warning("valkey.unreachable", error=repr(error))
            raise Unavailable("Sessions cannot be checked right now; try again shortly.") from None
        _check(wait, "person" if found else "address")
        metrics.CACHE_REQUESTS.labels("session", "hit" if found else "miss").inc()
        return CachedSession.read(found) if found else None

    async def count(self, who: str, *, stranger: bool) -> None:
        """Counts one request; without Valkey, in this process alone."""
        if self._leases.take(who):
            return
        # Strangers are counted one by one: there is no end of them, and none of them calls often.
        size = 1 if stranger else self._leases.size(who, self.settings.person_rate)
        try:
            _, wait, taken = await self._run("none", who, stranger=stranger, size=size)
        except RedisError:
            wait, taken = self.local.take(who, *self._rate(stranger=stranger)), 1
        _check(wait, "address" if stranger else "person")
        if not stranger:
            self._leases.keep(who, taken)

    async def _run(
        self, key: str, who: str, *, stranger: bool, size: int = 1
    ) -> tuple[bytes | None, int, int]:
        """The session, the seconds to wait, and how many requests were taken."""
        rates = (*self._rate(stranger=stranger), *self._rate(stranger=False))
        try:
            found: Any = await self._script.run(key, who, *rates, size)
        except ResponseError as error:
            if not _cannot_write(error):
                raise
            return await self._read(key, who, stranger=stranger)
        return found[0], int(found[1]), int(found[2])

    async def _read(self, key: str, who: str, *, stranger: bool) -> tuple[bytes | None, int, int]:
        """A Valkey without room still knows its sessions; the counting is this process's meanwhile."""
        session: Any = await self.valkey.get(key) if key != "none" else None
        who = f"person:{CachedSession.read(session).person_id}" if session else who
        return session, self.local.take(who, *self._rate(stranger=stranger and not session)), 1

    def _rate(self, *, stranger: bool) -> tuple[float, int]:
        settings = self.settings
        if stranger:
            return settings.stranger_rate, settings.stranger_burst
        return settings.person_rate, settings.person_burst

    async def keep(self, session_id: str, kept: CachedSession, seconds: int) -> None:
        """Remembers a session that identity has just confirmed."""
        try:
            await self.valkey.set(_session_key(session_id), kept.text(), ex=seconds)
        except RedisError as error:
            log.warning("valkey.unreachable", error=repr(error))

    async def forget(self, session_id: str) -> None:
        """Drops a session that has ended; when that fails it is gone within its seconds anyway."""
        try:
            await self.valkey.delete(_session_key(session_id))
        except RedisError as error:
            log.warning("valkey.unreachable", error=repr(error))

    async def answers(self) -> bool:
        try:
            await self.valkey.ping()
        except RedisError:
            return False
        return True

    async def close(self) -> None:
        await self.valkey.aclose()


class LocalBuckets:
    """Token buckets of this process, for as long as Valkey is away."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, rate: float, burst: int) -> int:
        """Takes one; answers the seconds to wait when there is none."""
        now = time.monotonic()
        left, at = self._held.pop(who, (float(burst), now))
        left = min(float(burst), left + (now - at) * rate)
        taken = left >= 1
        self._held[who] = (left - 1 if taken else left, now)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return 0 if taken else max(1, round((1 - left) / rate))


def _cannot_write(error: ResponseError) -> bool:
    """Whether it answers and refuses to write: no room on disk or in memory, or it follows another."""
    if isinstance(error, OutOfMemoryError | ReadOnlyError):
        return True
    return str(error).startswith(_CANNOT_WRITE)


def _check(wait: int, policy: str) -> None:
    if wait:
        metrics.RATELIMIT_REJECTED.labels(policy).inc()
        raise Busy(retry_after=wait)


def _session_key(session_id: str) -> str:
    return f"session:{digest(session_id)}"
